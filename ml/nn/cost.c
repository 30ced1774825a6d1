/* The rate is measured where nothing but arithmetic can hold it up: a block of results from memory that is near. */
#include "ml/nn/cost.h"

#include "base/clock.h"
#include "base/parallel.h"
#include "ml/nn/tile.h"

#define INNER 576
#define TRIES 10
#define BLOCKS 20
#define SHARE .45 /* of the rate that training reaches: bench/networks.c */

double cost_multiply_adds(const struct net *n) {
    double sum = 0;
    for (size_t i = 0; i < n->layer_count; i++) {
        const struct conv *c = &n->layers[i].conv;
        if (n->layers[i].kind == NET_CONV) {
            sum += (double)conv_weights(c) * (double)(c->out_height * c->out_width);
        }
    }
    return sum;
}

double cost_rate(void) {
    static const float a[TILE_ROWS * INNER], b[INNER * TILE_COLUMNS + TILE_SLACK];
    static const struct tile_run run = {0, 0};
    float c[TILE_ROWS * TILE_COLUMNS];
    const struct tile t = {.a = a,
                           .a_row = INNER,
                           .a_step = 1,
                           .b = b,
                           .b_step = TILE_COLUMNS,
                           .runs = &run,
                           .run_count = 1,
                           .inner = INNER,
                           .c = c,
                           .c_row = TILE_COLUMNS};
    double best = 1;
    for (int i = 0; i < TRIES; i++) {
        double start = clock_now();
        for (int k = 0; k < BLOCKS; k++) {
            tile_multiply(&t, TILE_ROWS, TILE_COLUMNS);
        }
        double seconds = clock_now() - start;
        best = seconds > 0 && seconds < best ? seconds : best;
    }
    return (double)BLOCKS * INNER * TILE_ROWS * TILE_COLUMNS / best;
}

double cost_seconds(const struct net *n, double pictures) {
    return 3 * pictures * cost_multiply_adds(n) / (SHARE * cost_rate() * parallel_threads());
}
