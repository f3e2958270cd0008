/* The program that takes uploads, apart: their bytes are many, and other people's. */
#include "app.h"

int main(void)
{
	return app_run(POOL_MEDIA, files_tidy);
}
