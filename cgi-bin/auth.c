/* The program that serves what hashes passwords, apart, so that chat never waits for a login. */
#include "app.h"

int main(void)
{
	return app_run(POOL_AUTH, NULL);
}
