/* lib/multipart.c: one file is found exactly, and whatever is not exactly that is refused. */
#include "unit.h"

#include "multipart.h"

#define TYPE "multipart/form-data; boundary=b"
#define DISPOSITION "Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n"
#define HEAD "--b\r\n" DISPOSITION "\r\n"

struct one {
	const char *name, *type, *body;
	enum multipart_result result;
	const char *file; /* where the result is MULTIPART_OK */
};

static void check_bytes(const char *name, const char *type, const char *body, size_t size, enum multipart_result result,
                        const char *file)
{
	const char *found = NULL;
	size_t found_size = 0;
	/* a copy of that size exactly, so that a sanitizer sees a read past it */
	char *copy = malloc(size + !size);
	assert_non_null(copy);
	memcpy(copy, body, size);
	enum multipart_result got = multipart_file(type, copy, size, &found, &found_size);
	if (got != result)
		fail_msg("%s: %d, not %d", name, got, result);
	if (result == MULTIPART_OK && (found_size != strlen(file) || memcmp(found, file, found_size) != 0))
		fail_msg("%s: found %.*s", name, (int)found_size, found);
	free(copy);
}

static void check_all(const struct one *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_bytes(cases[i].name, cases[i].type, cases[i].body, strlen(cases[i].body), cases[i].result, cases[i].file);
}

static void types(void **state)
{
	(void)state;
	static const char body[] = HEAD "x\r\n--b--\r\n";
	static const struct one cases[] = {
		{"plain", TYPE, body, MULTIPART_OK, "x"},
		{"quoted", "multipart/form-data; boundary=\"b\"", body, MULTIPART_OK, "x"},
		{"upper case", "Multipart/Form-Data;Boundary=b", body, MULTIPART_OK, "x"},
		{"beside another parameter", "multipart/form-data; charset=utf-8; boundary=b", body, MULTIPART_OK, "x"},
		{"all that a boundary may be", "multipart/form-data; boundary=\"0aZ'()+_,-./:=?\"",
	     "--0aZ'()+_,-./:=?\r\n" DISPOSITION "\r\nx\r\n--0aZ'()+_,-./:=?--", MULTIPART_OK, "x"},
		{"of 70 characters",
	     "multipart/form-data; boundary=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
	     "--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n" DISPOSITION
	     "\r\nx\r\n--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb--",
	     MULTIPART_OK, "x"},
		{"of 71",
	     "multipart/form-data; boundary=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", body,
	     MULTIPART_OTHER, NULL},
		{"none", "multipart/form-data", body, MULTIPART_OTHER, NULL},
		{"an empty one", "multipart/form-data; boundary=", body, MULTIPART_OTHER, NULL},
		{"an empty one in quotes", "multipart/form-data; boundary=\"\"", body, MULTIPART_OTHER, NULL},
		{"two", "multipart/form-data; boundary=b; boundary=c", body, MULTIPART_OTHER, NULL},
		{"one with a blank at its end", "multipart/form-data; boundary=\"b \"", body, MULTIPART_OTHER, NULL},
		{"one with a line end", "multipart/form-data; boundary=\"b\r\n\"", body, MULTIPART_OTHER, NULL},
		{"unfinished", "multipart/form-data; boundary=\"b", body, MULTIPART_OTHER, NULL},
		{"something behind it", "multipart/form-data; boundary=b c", body, MULTIPART_OTHER, NULL},
		{"another multipart", "multipart/mixed; boundary=b", body, MULTIPART_OTHER, NULL},
		{"a longer word", "multipart/form-database; boundary=b", body, MULTIPART_OTHER, NULL},
		{"a picture", "image/png", body, MULTIPART_OTHER, NULL},
		{"nothing", "", body, MULTIPART_OTHER, NULL},
	};
	check_all(cases, COUNT(cases));
}

static void boundaries(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{"an empty file", TYPE, HEAD "\r\n--b--\r\n", MULTIPART_OK, ""},
		{"no line end behind it all", TYPE, HEAD "x\r\n--b--", MULTIPART_OK, "x"},
		{"blanks behind a boundary", TYPE, "--b \t\r\n" DISPOSITION "\r\nx\r\n--b-- \t\r\n", MULTIPART_OK, "x"},
		{"line ends in the file", TYPE, HEAD "\r\nx\r\n\r\n\r\n--b--", MULTIPART_OK, "\r\nx\r\n\r\n"},
		{"a boundary without its line end", TYPE, HEAD "x--b--y\r\n--b--", MULTIPART_OK, "x--b--y"},
		{"a boundary after a lone LF", TYPE, HEAD "x\n--b--y\r\n--b--", MULTIPART_OK, "x\n--b--y"},
		{"half a boundary", TYPE, HEAD "x\r\n-b\r\n--c\r\n--b--", MULTIPART_OK, "x\r\n-b\r\n--c"},
		{"no end", TYPE, HEAD "x", MULTIPART_MALFORMED, NULL},
		{"no end behind a line end", TYPE, HEAD "x\r\n", MULTIPART_MALFORMED, NULL},
		{"an end that is cut short", TYPE, HEAD "x\r\n--b-", MULTIPART_MALFORMED, NULL},
		{"no line end before the first", TYPE, HEAD "--b--", MULTIPART_MALFORMED, NULL},
		{"nothing", TYPE, "", MULTIPART_MALFORMED, NULL},
		{"an end and nothing else", TYPE, "--b--", MULTIPART_MALFORMED, NULL},
		{"something before it", TYPE, "hello\r\n" HEAD "x\r\n--b--", MULTIPART_MALFORMED, NULL},
		{"a line end before it", TYPE, "\r\n" HEAD "x\r\n--b--", MULTIPART_MALFORMED, NULL},
		{"something behind it", TYPE, HEAD "x\r\n--b--\r\nhello", MULTIPART_MALFORMED, NULL},
		{"a longer boundary within", TYPE, HEAD "x\r\n--bb\r\n--b--", MULTIPART_MALFORMED, NULL},
		{"another boundary", TYPE, "--c\r\n" DISPOSITION "\r\nx\r\n--c--", MULTIPART_MALFORMED, NULL},
		{"lone LFs", TYPE, "--b\nContent-Disposition: form-data; name=\"file\"\n\nx\n--b--", MULTIPART_MALFORMED, NULL},
	};
	check_all(cases, COUNT(cases));
}

#define PART(head) "--b\r\n" head "\r\n\r\nx\r\n--b--\r\n"
#define NAMED(name) PART("Content-Disposition: form-data; name=\"file\"; filename=" name)

static void heads(void **state)
{
	(void)state;
	static const struct one cases[] = {
		{"no file name", TYPE, PART("Content-Disposition: form-data; name=\"file\""), MULTIPART_OK, "x"},
		{"nothing quoted", TYPE, PART("content-disposition:form-data;name=file"), MULTIPART_OK, "x"},
		{"a type", TYPE, PART("Content-Type: text/html\r\nContent-Disposition: form-data; name=\"file\""), MULTIPART_OK,
	     "x"},
		{"a name in Chinese", TYPE, NAMED("\"照片.png\""), MULTIPART_OK, "x"},
		{"a quote in a name, as browsers write it", TYPE, NAMED("\"a%22b.png\""), MULTIPART_OK, "x"},
		{"a line end in a name, as browsers write it", TYPE, NAMED("\"a%0D%0Ab.png\""), MULTIPART_OK, "x"},
		{"a boundary in a name", TYPE, NAMED("\"--b--\""), MULTIPART_OK, "x"},
		{"binary", TYPE, PART("Content-Disposition: form-data; name=\"file\"\r\nContent-Transfer-Encoding: binary"),
	     MULTIPART_OK, "x"},
		{"base64", TYPE, PART("Content-Disposition: form-data; name=\"file\"\r\nContent-Transfer-Encoding: base64"),
	     MULTIPART_MALFORMED, NULL},
		{"a path", TYPE, NAMED("\"../../etc/passwd\""), MULTIPART_MALFORMED, NULL},
		{"a path of another system", TYPE, NAMED("\"C:\\\\a.png\""), MULTIPART_MALFORMED, NULL},
		{"a line end in a name", TYPE, NAMED("\"a\r\nb.png\""), MULTIPART_MALFORMED, NULL},
		{"a lone CR in a name", TYPE, NAMED("\"a\rb.png\""), MULTIPART_MALFORMED, NULL},
		{"a lone LF in a name", TYPE, NAMED("\"a\nb.png\""), MULTIPART_MALFORMED, NULL},
		{"a name without its end", TYPE, NAMED("\"a.png"), MULTIPART_MALFORMED, NULL},
		{"two names", TYPE, PART("Content-Disposition: form-data; name=\"file\"; name=\"other\""), MULTIPART_MALFORMED,
	     NULL},
		{"no name", TYPE, PART("Content-Disposition: form-data"), MULTIPART_MALFORMED, NULL},
		{"no disposition", TYPE, PART("Content-Type: image/png"), MULTIPART_MALFORMED, NULL},
		{"two dispositions", TYPE,
	     PART("Content-Disposition: form-data; name=\"file\"\r\nContent-Disposition: form-data; name=\"file\""),
	     MULTIPART_MALFORMED, NULL},
		{"an attachment", TYPE, PART("Content-Disposition: attachment; name=\"file\""), MULTIPART_MALFORMED, NULL},
		{"a folded line", TYPE, PART("Content-Disposition: form-data;\r\n name=\"file\""), MULTIPART_MALFORMED, NULL},
		{"a line without a colon", TYPE, PART("Content-Disposition: form-data; name=\"file\"\r\nhello"),
	     MULTIPART_MALFORMED, NULL},
		{"nine lines", TYPE, PART(DISPOSITION "a: 1\r\nb: 1\r\nc: 1\r\nd: 1\r\ne: 1\r\nf: 1\r\ng: 1\r\nh: 1"),
	     MULTIPART_MALFORMED, NULL},
		{"another field", TYPE, PART("Content-Disposition: form-data; name=\"other\""), MULTIPART_FIELD, NULL},
		{"in capitals", TYPE, PART("Content-Disposition: form-data; name=\"FILE\""), MULTIPART_FIELD, NULL},
		{"two files", TYPE, HEAD "x\r\n" HEAD "y\r\n--b--", MULTIPART_FIELD, NULL},
		{"a field beside it", TYPE, HEAD "x\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ny\r\n--b--",
	     MULTIPART_FIELD, NULL},
		{"a field before it", TYPE, "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ny\r\n" HEAD "x\r\n--b--",
	     MULTIPART_FIELD, NULL},
	};
	check_all(cases, COUNT(cases));
}

static void nuls(void **state)
{
	(void)state;
	static const char in_file[] = HEAD "a\0b\r\n--b--", in_name[] = NAMED("\"a\0b.png\"");
	const char *file;
	size_t size;
	assert_int_equal(multipart_file(TYPE, in_file, sizeof in_file - 1, &file, &size), MULTIPART_OK);
	assert_int_equal(size, 3);
	check_bytes("a NUL in a name", TYPE, in_name, sizeof in_name - 1, MULTIPART_MALFORMED, NULL);
}

/* 10,000 parts, and a head of a megabyte: refused, and at once. */
static void too_much(void **state)
{
	(void)state;
	enum { PARTS = 10000, HEAD_SIZE = 1024 * 1024 };
	static const char part[] = HEAD "x\r\n", end[] = "--b--\r\n", begin[] = "--b\r\n" DISPOSITION "X: ";
	size_t size = PARTS * (sizeof part - 1) + sizeof end - 1;
	char *body = malloc(size), *head = malloc(HEAD_SIZE);
	assert_non_null(body);
	assert_non_null(head);
	for (size_t i = 0; i < PARTS; i++)
		memcpy(body + i * (sizeof part - 1), part, sizeof part - 1);
	memcpy(body + PARTS * (sizeof part - 1), end, sizeof end - 1);
	check_bytes("10,000 parts", TYPE, body, size, MULTIPART_FIELD, NULL);
	memset(head, 'x', HEAD_SIZE);
	memcpy(head, begin, sizeof begin - 1);
	memcpy(head + HEAD_SIZE - 15, "\r\n\r\nx\r\n--b--\r\n", 15);
	check_bytes("a head of a megabyte", TYPE, head, HEAD_SIZE, MULTIPART_MALFORMED, NULL);
	free(body);
	free(head);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(types), cmocka_unit_test(boundaries), cmocka_unit_test(heads),
	                                   cmocka_unit_test(nuls), cmocka_unit_test(too_much)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
