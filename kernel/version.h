/* What this program calls itself. */
#ifndef KERNEL_VERSION_H
#define KERNEL_VERSION_H

#define KERNEL_VERSION "0.1.0"
#define KERNEL_LANGUAGE_VERSION "1.0.2" /* of ThanoSQL: the dialect of the tutorial */

#endif
