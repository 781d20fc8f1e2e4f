/*
 * The exception that is raised, as one object on every version of CPython.
 *
 * In: the exception that is set.  Out: a new reference to it, with its traceback,
 * and none is set; and the way back.  It does not make exceptions.
 */
#ifndef U101_PY_EXCEPTION_H
#define U101_PY_EXCEPTION_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

static inline PyObject *u101_py_exception_take(void)
{
#if PY_VERSION_HEX >= 0x030C0000
    return PyErr_GetRaisedException();
#else
    PyObject *type = NULL;
    PyObject *error = NULL;
    PyObject *traceback = NULL;
    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    if (traceback != NULL) {
        PyException_SetTraceback(error, traceback);
    }
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return error;
#endif
}

/* Takes the reference. */
static inline void u101_py_exception_raise(PyObject *error)
{
#if PY_VERSION_HEX >= 0x030C0000
    PyErr_SetRaisedException(error);
#else
    PyErr_Restore(Py_NewRef((PyObject *)Py_TYPE(error)), error, PyException_GetTraceback(error));
#endif
}

#endif
