/*
 * Calls of methods by name: of transports, protocols and the asyncio layer.
 *
 * In: an object, the interned name of a method, up to two arguments.  Out:
 * whether the method returned.  If it raised, that exception is set.  Always: what it
 * returned is let go of.  It does not know what a method does.
 */
#ifndef U101_PY_CALL_H
#define U101_PY_CALL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

static inline bool u101_py_released(PyObject *answer)
{
    Py_XDECREF(answer);
    return answer != NULL;
}

static inline bool u101_py_tell(PyObject *object, PyObject *name)
{
    return u101_py_released(PyObject_CallMethodNoArgs(object, name));
}

static inline bool u101_py_tell_one(PyObject *object, PyObject *name, PyObject *argument)
{
    return u101_py_released(PyObject_CallMethodOneArg(object, name, argument));
}

static inline bool u101_py_tell_two(PyObject *object, PyObject *name, PyObject *first,
                                    PyObject *second)
{
    PyObject *const arguments[] = {object, first, second};
    return u101_py_released(PyObject_VectorcallMethod(name, arguments, 3, NULL));
}

/* Calls a method of no arguments for its truth: 1, 0, or -1 if it raised. */
static inline int u101_py_ask(PyObject *object, PyObject *name)
{
    PyObject *answer = PyObject_CallMethodNoArgs(object, name);
    const int truth = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    return truth;
}

#endif
