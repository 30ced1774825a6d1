/* A leaking bucket. */
#include "kernel/protocol/throttle.h"

double throttle_spend(struct throttle *p, size_t bytes, double now) {
    double left = p->spent - (now - p->at) * THROTTLE_RATE;
    p->spent = (left > 0 ? left : 0) + (double)bytes;
    p->at = now;
    return p->spent > THROTTLE_BURST ? (p->spent - THROTTLE_BURST) / THROTTLE_RATE : 0;
}
