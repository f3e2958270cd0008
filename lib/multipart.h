/* multipart.c: the one file of an upload. */
#ifndef DRIFTLINE_MULTIPART_H
#define DRIFTLINE_MULTIPART_H

#include <stddef.h>

enum multipart_result {
	MULTIPART_OK,
	MULTIPART_OTHER, /* the type is not multipart/form-data, or names no boundary */
	MULTIPART_MALFORMED,
	MULTIPART_FIELD /* it is well formed, but does not consist of one part `file` */
};

/*
 * Finds the part `file` of a multipart/form-data body (RFC 2046, 7578) by its Content-Type; *file points into it. Strict:
 * nothing stands before the first boundary or behind the last, a part's head is short, has one Content-Disposition and no
 * encoding, and a file's name is no path. Neither name nor type of the file is used.
 */
enum multipart_result multipart_file(const char *type, const char *body, size_t size, const char **file,
                                     size_t *file_size);

#endif
