/* The only logger: one line on standard error, for whoever runs the kernel. Never a cell's text, never a key. */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

#include "base/err.h"

void log_line(const char *format, ...) ERR_PRINTF(1, 2);

#endif
