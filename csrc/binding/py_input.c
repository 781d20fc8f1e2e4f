/*
 * The bytes that a caller hands in: see py_input.h.
 */
#include "py_input.h"

#include "py_arguments.h"

bool u101_py_input_open(u101_py_input *input, PyObject *data, const char *name)
{
    if (PyBytes_CheckExact(data)) {
        input->exact = data;
        input->bytes = (u101_slice){PyBytes_AS_STRING(data), (size_t)PyBytes_GET_SIZE(data)};
        return true;
    }
    if (!PyObject_CheckBuffer(data)) {
        u101_py_wrong_type(name, "a bytes-like object", data);
        return false;
    }
    if (PyObject_GetBuffer(data, &input->view, PyBUF_SIMPLE) < 0) {
        if (PyErr_ExceptionMatches(PyExc_BufferError)) {
            PyErr_Format(PyExc_BufferError, "%s must be a C-contiguous bytes-like object", name);
        }
        return false;
    }
    input->exact = NULL;
    input->bytes = (u101_slice){input->view.buf, (size_t)input->view.len};
    return true;
}

void u101_py_input_close(u101_py_input *input)
{
    if (input->exact == NULL) {
        PyBuffer_Release(&input->view);
    }
}

PyObject *u101_py_input_copy(PyObject *data, const char *name)
{
    u101_py_input input;
    if (!u101_py_input_open(&input, data, name)) {
        return NULL;
    }
    PyObject *copy = input.exact != NULL
                         ? Py_NewRef(input.exact)
                         : PyBytes_FromStringAndSize(input.bytes.at, (Py_ssize_t)input.bytes.size);
    u101_py_input_close(&input);
    return copy;
}
