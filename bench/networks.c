/* Images per second of training and of inference of one network, with the time that its products alone would take:
 *   networks ARCH WIDTH SIZE CHANNELS BATCH train|infer SECONDS
 * prints: images/s; images a second of processor time, which a busy machine disturbs less; GFLOP/s; and the share of
 * the processor time that the products would need at the peak rate of the inner loop. */
#include "base/clock.h"
#include "base/parallel.h"
#include "base/random.h"
#include "ml/nn/arch.h"
#include "ml/nn/cost.h"
#include "ml/nn/loss.h"
#include "ml/nn/optimizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double processor_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct training {
    struct net *net;
    struct net_work *work;
    struct loss loss;
    struct optimizer optimizer;
    struct pace pace;
    float *derivative;
    size_t batch, head;
};

static void train_step(struct training *t) {
    struct err e = ERR_INIT;
    float value;
    net_forward(t->work, t->batch, NULL, NULL);
    loss_ntxent(&t->loss, net_result(t->work, t->net->output), t->batch, t->head, .5F, &value, t->derivative, &t->pace,
                &e);
    net_backward(t->work, t->derivative, t->batch, NULL, NULL);
    optimizer_update(&t->optimizer, t->net->parameters, net_gradient(t->work));
}

int main(int argc, char **argv) {
    struct err e = ERR_INIT;
    struct training t = {.head = 128};
    const struct arch *a = argc == 8 ? arch_find(argv[1]) : NULL;
    if (!a) {
        fprintf(stderr, "usage: networks ARCH WIDTH SIZE CHANNELS BATCH train|infer SECONDS\n");
        return 2;
    }
    int train = !strcmp(argv[6], "train");
    t.batch = strtoul(argv[5], NULL, 10);
    double seconds = strtod(argv[7], NULL), start, took, processor = 0;
    pace_init(&t.pace, NULL);
    if (arch_build(a, (int)strtol(argv[2], NULL, 10), (int)strtol(argv[3], NULL, 10), (int)strtol(argv[4], NULL, 10),
                   train ? (int)t.head : 0, &t.net, &e) ||
        net_work_new(t.net, t.batch, train, &t.work, &e) || loss_init(&t.loss, t.batch, t.head, &e) ||
        optimizer_init(&t.optimizer, t.net->parameter_count, 1e-4F, 1000000, &e)) {
        fprintf(stderr, "%s\n", e.message);
        return 1;
    }
    net_initialise(t.net, 1);
    t.derivative = calloc(t.batch * t.head, sizeof(float));
    struct random r = random_stream(1, 2, 3);
    for (size_t i = 0; i < t.batch * net_value_size(t.net, 0); i++) {
        net_input(t.work)[i] = random_normal(&r);
    }
    if (!train) {
        net_fold(t.work);
    }
    size_t steps = 0;
    for (int warm = 1; warm >= 0; warm--) {
        start = clock_now();
        processor = processor_now();
        steps = 0;
        do {
            if (train) {
                train_step(&t);
            } else {
                net_forward(t.work, t.batch, NULL, NULL);
            }
            steps++;
            took = clock_now() - start;
        } while (took < (warm ? seconds / 4 : seconds));
    }
    processor = processor_now() - processor;
    double images = (double)(steps * t.batch), flops = images * cost_multiply_adds(t.net) * 2 * (train ? 3 : 1) / 1e9;
    double peak = 2 * cost_rate() / 1e9;
    printf("%.1f images/s, %.1f a second of processor time, %.1f GFLOP/s, %.0f %% of it at the peak of %.0f a core\n",
           images / took, images / processor, flops / took, 100 * flops / peak / processor, peak);
    return 0;
}
