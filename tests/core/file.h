/*
 * The files of tests/vectors.
 *
 * In: a path from the root of the repository, where the tests are run.  Out: the
 * bytes of the file.  A file that cannot be read ends the program.
 */
#ifndef FILE_H
#define FILE_H

#include "upgrade101.h"

/* The caller frees `at`. */
u101_slice file_read(const char *path);

#endif
