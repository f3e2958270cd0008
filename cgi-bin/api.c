/* The program that serves everything but passwords. */
#include "app.h"

int main(void)
{
	return app_run(POOL_API, live_tidy);
}
