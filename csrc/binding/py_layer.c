/*
 * What the asyncio layer alone asks of a decision: see py_layer.h.
 */
#include "py_layer.h"

#include "py_decision.h"
#include "py_reason.h"
#include "py_state.h"

const char u101_py_layer_refusal_doc[] =
    "_refusal($self, reason, /)\n"
    "--\n"
    "\n"
    "A refusal for a reason of the server's own, as a new Decision: a REJECT.\n"
    "\n"
    "reason: Reason.  Raises TypeError for anything else, and ValueError for a reason that is no\n"
    "refusal or that only a request can give.";

/* A new Decision with another verdict, for a reason of the layer's own. */
static PyObject *rewrite(PyObject *decision, PyObject *member,
                         void (*change)(u101_decision *, u101_reason))
{
    u101_reason reason = U101_REFUSED;
    if (!u101_py_refusal_read(u101_py_state_of(Py_TYPE(decision)), member, &reason)) {
        return NULL;
    }
    u101_decision verdict = *u101_py_decision_verdict(decision);
    change(&verdict, reason);
    return u101_py_decision_with(decision, &verdict);
}

PyObject *u101_py_layer_refuse(PyObject *decision, PyObject *member)
{
    return rewrite(decision, member, u101_decision_refuse);
}

const char u101_py_layer_passed_doc[] =
    "_passed($self, reason, /)\n"
    "--\n"
    "\n"
    "The request served as HTTP after all, as a new Decision: a PASS, whose leftover is all\n"
    "that follows the head.\n"
    "\n"
    "reason: Reason.  Raises TypeError for anything else, and ValueError as _refusal does.";

static void pass(u101_decision *verdict, u101_reason reason)
{
    verdict->action = U101_ACTION_PASS;
    verdict->reason = reason;
    verdict->status = 0;
    verdict->request_size = verdict->head_size;
}

PyObject *u101_py_layer_pass(PyObject *decision, PyObject *member)
{
    return rewrite(decision, member, pass);
}

PyObject *u101_py_layer_framing(PyObject *decision, void *Py_UNUSED(closure))
{
    const u101_decision *verdict = u101_py_decision_verdict(decision);
    if (verdict->framing == U101_FRAMING_CHUNKED) {
        Py_RETURN_NONE;
    }
    return PyLong_FromUnsignedLongLong(verdict->length);
}
