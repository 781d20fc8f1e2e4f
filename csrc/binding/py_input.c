/*
 * The bytes that a caller hands in: see py_input.h.
 */
#include "py_input.h"

bool u101_py_input_open(u101_py_input *input, PyObject *data)
{
    if (PyBytes_CheckExact(data)) {
        input->exact = data;
        input->bytes = (u101_slice){PyBytes_AS_STRING(data), (size_t)PyBytes_GET_SIZE(data)};
        return true;
    }
    if (PyObject_GetBuffer(data, &input->view, PyBUF_SIMPLE) < 0) {
        return false;
    }
    input->exact = NULL;
    input->bytes = (u101_slice){input->view.buf, (size_t)input->view.len};
    return true;
}

PyObject *u101_py_input_keep(const u101_py_input *input, size_t size)
{
    if (input->exact != NULL && size > 0) {
        return Py_NewRef(input->exact);
    }
    return PyBytes_FromStringAndSize(input->bytes.at, (Py_ssize_t)size);
}

void u101_py_input_close(u101_py_input *input)
{
    if (input->exact == NULL) {
        PyBuffer_Release(&input->view);
    }
}
