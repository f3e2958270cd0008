/* What every unit test starts with: cmocka, in the order that it asks for. */
#ifndef DRIFTLINE_UNIT_H
#define DRIFTLINE_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
/* cmocka would take the name of our fail(). */
#undef fail
#undef fail_msg
#define fail_msg(...) (print_error("ERROR: " __VA_ARGS__), print_error("\n"), _fail(__FILE__, __LINE__))

#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif
