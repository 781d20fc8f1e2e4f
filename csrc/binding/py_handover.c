/*
 * The last step of an upgrade: see py_handover.h.
 */
#include "py_handover.h"

#include "py_call.h"
#include "py_exception.h"

static bool connect(const u101_py_state *state, PyObject *transport, PyObject *protocol)
{
    PyObject *const *names = state->names;
    if (!u101_py_tell_one(transport, names[U101_PY_SET_PROTOCOL], protocol)) {
        return false;
    }
    /* Before connection_made, which may pause it again.  Bytes arrive in a later iteration. */
    const int reading = u101_py_ask(transport, names[U101_PY_IS_READING]);
    return reading >= 0 &&
           (reading > 0 || u101_py_tell(transport, names[U101_PY_RESUME_READING])) &&
           u101_py_tell_one(protocol, names[U101_PY_CONNECTION_MADE], transport);
}

static bool deliver_leftover(PyObject *deliver, PyObject *transport, PyObject *leftover, int gone)
{
    PyObject *const arguments[] = {transport, leftover, gone ? Py_True : Py_False};
    return u101_py_released(PyObject_Vectorcall(deliver, arguments, 3, NULL));
}

static void abort_and_raise_on(PyObject *transport, PyObject *name)
{
    PyObject *raised = u101_py_exception_take();
    if (!u101_py_tell(transport, name)) {
        PyErr_WriteUnraisable(transport);
    }
    u101_py_exception_raise(raised);
}

bool u101_py_hand_over(const u101_py_state *state, PyObject *transport, PyObject *protocol,
                       PyObject *leftover, bool write_paused, PyObject *deliver)
{
    PyObject *const *names = state->names;
    const bool leaves = PyBytes_GET_SIZE(leftover) > 0;
    const int gone = leaves ? u101_py_ask(transport, names[U101_PY_IS_CLOSING]) : 0;
    const bool done = gone >= 0 && connect(state, transport, protocol) &&
                      (!write_paused || u101_py_tell(protocol, names[U101_PY_PAUSE_WRITING])) &&
                      (!leaves || deliver_leftover(deliver, transport, leftover, gone));
    if (!done) {
        abort_and_raise_on(transport, names[U101_PY_ABORT]);
    }
    return done;
}

const char u101_py_attach_doc[] =
    "attach($module, transport, protocol, leftover, write_paused, deliver, /)\n"
    "--\n"
    "\n"
    "Does what hand_over promises, if it is known whether the transport has paused writing.\n"
    "\n"
    "leftover: bytes.  write_paused: bool.  deliver: called if there is a leftover, with "
    "transport,\n"
    "leftover and whether the transport was closing before.  Raises what the protocol raises, "
    "after\n"
    "the transport was aborted.";

PyObject *u101_py_attach(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    if (count != 5 || !PyBytes_Check(args[2]) || !PyBool_Check(args[3])) {
        PyErr_SetString(PyExc_TypeError, "attach() takes transport, protocol, leftover (bytes), "
                                         "write_paused (bool) and deliver");
        return NULL;
    }
    const u101_py_state *state = PyModule_GetState(module);
    if (!u101_py_hand_over(state, args[0], args[1], args[2], args[3] == Py_True, args[4])) {
        return NULL;
    }
    Py_RETURN_NONE;
}
