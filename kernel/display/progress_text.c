/* Plain words and block letters, kept short since all of it shares one line. */
#include "kernel/display/progress_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void count_add(struct buf *out, double amount) {
    char digits[32];
    double whole = isfinite(amount) && amount > 0 ? floor(amount) : 0;
    int n = snprintf(digits, sizeof digits, "%.0f", whole < 1e15 ? whole : 1e15);
    for (int i = 0; i < n; i++) {
        buf_str(out, i > 0 && (n - i) % 3 == 0 ? "," : "");
        buf_char(out, digits[i]);
    }
}

void progress_text_amount(struct buf *out, double amount, const char *unit) {
    static const char *const sizes[] = {"kB", "MB", "GB", "TB"};
    if (strcmp(unit, "bytes") != 0 || !(amount >= 1000)) {
        count_add(out, amount);
        buf_printf(out, "%s%s", *unit ? " " : "", unit);
        return;
    }
    size_t i = 0;
    for (amount /= 1000; amount >= 999.95 && i + 1 < sizeof sizes / sizeof *sizes; i++) {
        amount /= 1000;
    }
    buf_printf(out, "%.1f %s", amount, sizes[i]);
}

void progress_text_time(struct buf *out, double seconds) {
    double known = isfinite(seconds) && seconds > 0 ? seconds : 0;
    long whole = lround(known < 1e9 ? known : 1e9);
    if (known < 9.95) {
        buf_printf(out, "%.1f s", known);
    } else if (whole < 60) {
        buf_printf(out, "%ld s", whole);
    } else if (whole < 3600) {
        buf_printf(out, "%ld min %02ld s", whole / 60, whole % 60);
    } else {
        buf_printf(out, "%ld h %02ld min", whole / 3600, whole % 3600 / 60);
    }
}

void progress_text_curve(struct buf *out, const float *values, size_t count) {
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    float least = INFINITY, greatest = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(values[i])) {
            least = fminf(least, values[i]);
            greatest = fmaxf(greatest, values[i]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        float height = greatest > least ? (values[i] - least) / (greatest - least) * 7 : 0;
        buf_str(out, isfinite(values[i]) && isfinite(height) ? blocks[lroundf(height)] : " ");
    }
}

void progress_text_bar(struct buf *out, double share, int width) {
    int full = share > 0 ? (int)(fmin(share, 1) * width) : 0;
    for (int i = 0; i < width; i++) {
        buf_str(out, i < full ? "█" : "░");
    }
}
