/* Networks against what PyTorch computed in double precision (tests/parity/make_parity.py): activations, the derivative
 * by every parameter, running statistics, and ten training losses with each optimizer. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/parallel.h"
#include "ml/model/modelfile.h"
#include "ml/nn/arch.h"
#include "ml/nn/loss.h"
#include "ml/nn/optimizer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD 8
#define TEMPERATURE .5F
#define STEPS 10
#define CLOSE 1e-4 /* of the greatest value of a tensor */
#define BATCH_MOST 16

static const struct parity {
    const char *file, *arch;
    int width;
    size_t count;
    int size, channels;
} parities[] = {
    {"cnn", "cnn", 2, 8, 28, 1},
    {"resnet18", "resnet18", 2, 8, 16, 3},
    {"resnet18_usual", "resnet18", 2, 6, 64, 3},
    {"resnet50", "resnet50", 2, 16, 16, 3},
    {"efficientnet_lite0", "efficientnet_lite0", 0, 3, 40, 3},
};
#define PARITIES (sizeof parities / sizeof *parities)
#define TRAINED (PARITIES - 1) /* the last one only embeds */

/* The formula that both sides make weights and pictures with. */
static float number(uint64_t stream, uint64_t i) {
    uint64_t z = ((stream << 32) + i + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    z ^= z >> 31;
    return (float)(z >> 52) / 2048 - 1;
}

static void fill(struct net *n) {
    for (size_t i = 0; i < n->tensor_count; i++) {
        const struct net_tensor *t = &n->tensors[i];
        float *values = (t->state ? n->state : n->parameters) + t->begin;
        uint64_t stream = 0;
        for (size_t k = 0; t->name[k]; k++) {
            stream += (uint64_t)(unsigned char)t->name[k] * (k + 1);
        }
        size_t len = strlen(t->name);
        bool norm = strstr(t->name, "bn") || strstr(t->name, "downsample.1");
        bool about_one = strstr(t->name, "running_var") || (norm && !strcmp(t->name + len - 6, "weight"));
        bool last = strstr(t->name, "bn3.weight");
        float scale = t->rank > 1 ? (float)sqrt(3.0 / (double)(t->count / t->shape[0])) : 1;
        for (size_t k = 0; k < t->count; k++) {
            float v = number(stream, k);
            values[k] = t->rank > 1 ? v * scale : about_one ? (1 + v / 4) / (last ? 8 : 1) : v / 8;
        }
    }
}

struct fixture {
    const struct parity *p;
    struct net *net;
    struct net_work *work;
    struct modelfile *file;
};

static void set_up(struct fixture *f, const struct parity *p, bool training) {
    struct err e = ERR_INIT;
    char path[100];
    *f = (struct fixture){.p = p};
    snprintf(path, sizeof path, "tests/parity/%s.safetensors", p->file);
    assert_int_equal(modelfile_open(path, &f->file, &e), ERR_OK);
    assert_int_equal(arch_build(arch_find(p->arch), p->width, p->size, p->channels, HEAD, &f->net, &e), ERR_OK);
    fill(f->net);
    assert_int_equal(net_work_new(f->net, p->count, training, &f->work, &e), ERR_OK);
    size_t all = p->count * net_value_size(f->net, 0);
    for (size_t i = 0; i < all; i++) {
        net_input(f->work)[i] = number(7, i);
    }
}

static void tear_down(struct fixture *f) {
    net_work_free(f->work);
    net_free(f->net);
    modelfile_free(f->file);
}

/* Greatest difference, as part of the greatest true value, must be CLOSE. */
static void check(const struct fixture *f, const char *prefix, const char *name, const float *values, size_t count) {
    char key[100];
    struct modelfile_shape shape;
    snprintf(key, sizeof key, "%s%s", prefix, name);
    const float *want = modelfile_tensor(f->file, key, &shape);
    size_t all = 1;
    double most = 0, worst = 0;
    assert_non_null(want);
    for (int i = 0; i < shape.rank; i++) {
        all *= shape.sizes[i];
    }
    assert_int_equal(all, count);
    for (size_t i = 0; i < count; i++) {
        most = fmax(most, fabs((double)want[i]));
        worst = fmax(worst, fabs((double)want[i] - (double)values[i]));
        worst = isnan(values[i]) ? INFINITY : worst;
    }
    if (!(worst <= CLOSE * most)) {
        fail_msg("%s: %s is off by %g of %g", f->p->file, key, worst, most);
    }
}

static float loss_of(struct fixture *f, struct loss *l, float *derivative) {
    struct err e = ERR_INIT;
    struct pace pace;
    float value;
    pace_init(&pace, NULL);
    net_forward(f->work, f->p->count, NULL, NULL);
    assert_int_equal(loss_ntxent(l, net_result(f->work, f->net->output), f->p->count, HEAD, TEMPERATURE, &value,
                                 derivative, &pace, &e),
                     ERR_OK);
    return value;
}

static void test_inference(void **state) {
    (void)state;
    for (size_t i = 0; i < PARITIES; i++) {
        struct fixture f;
        set_up(&f, &parities[i], false);
        net_fold(f.work);
        net_forward(f.work, f.p->count, NULL, NULL);
        int at = f.net->embedding;
        check(&f, "inference.embedding", "", net_result(f.work, at), f.p->count * net_value_size(f.net, at));
        tear_down(&f);
    }
}

static void test_gradients(void **state) {
    (void)state;
    for (size_t i = 0; i < TRAINED; i++) {
        struct fixture f;
        struct loss l;
        struct err e = ERR_INIT;
        float derivative[BATCH_MOST * HEAD];
        set_up(&f, &parities[i], true);
        assert_int_equal(loss_init(&l, f.p->count, HEAD, &e), ERR_OK);
        loss_of(&f, &l, derivative);
        int at = f.net->embedding;
        check(&f, "training.embedding", "", net_result(f.work, at), f.p->count * net_value_size(f.net, at));
        check(&f, "training.output", "", net_result(f.work, f.net->output), f.p->count * HEAD);
        net_backward(f.work, derivative, f.p->count, NULL, NULL);
        for (size_t k = 0; k < f.net->tensor_count; k++) {
            const struct net_tensor *t = &f.net->tensors[k];
            const float *values = t->state ? f.net->state : net_gradient(f.work);
            check(&f, t->state ? "after." : "gradient.", t->name, values + t->begin, t->count);
        }
        loss_release(&l);
        tear_down(&f);
    }
}

static void train(struct fixture *f, const struct optimizer_rule *rule, float rate, float losses[STEPS]) {
    struct err e = ERR_INIT;
    struct loss l;
    struct optimizer o;
    float derivative[BATCH_MOST * HEAD];
    struct optimizer_settings settings = {
        .rule = rule, .rate = rate, .decay = 1e-2F, .momentum = .9F, .warm_up = 3, .steps = STEPS};
    size_t count = 0;
    struct optimizer_part *parts = calloc(f->net->tensor_count, sizeof *parts);
    assert_non_null(parts);
    for (size_t i = 0; i < f->net->tensor_count; i++) {
        const struct net_tensor *t = &f->net->tensors[i];
        if (!t->state) {
            parts[count++] = (struct optimizer_part){t->begin, t->count, t->decayed};
        }
    }
    assert_int_equal(loss_init(&l, f->p->count, HEAD, &e), ERR_OK);
    assert_int_equal(optimizer_init_rule(&o, f->net->parameter_count, &settings, &e), ERR_OK);
    for (int step = 0; step < STEPS; step++) {
        losses[step] = loss_of(f, &l, derivative);
        net_backward(f->work, derivative, f->p->count, NULL, NULL);
        optimizer_update_parts(&o, parts, count, f->net->parameters, net_gradient(f->work));
    }
    optimizer_release(&o);
    loss_release(&l);
    free(parts);
}

static const struct {
    const char *rule;
    float rate;
} rates[] = {{"adam", 1e-3F}, {"sgd", .005F}, {"lars", .05F}};

static void test_losses(void **state) {
    (void)state;
    for (size_t i = 0; i < TRAINED; i++) {
        for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
            struct fixture f;
            float losses[STEPS];
            set_up(&f, &parities[i], true);
            train(&f, optimizer_rule_find(rates[k].rule), rates[k].rate, losses);
            check(&f, "losses.", rates[k].rule, losses, STEPS);
            tear_down(&f);
        }
    }
}

/* Same bytes whatever the number of threads. */
static void test_threads(void **state) {
    (void)state;
    for (size_t i = 0; i < TRAINED; i++) {
        float *first = NULL;
        static const int threads[] = {1, 2, 8};
        for (size_t k = 0; k < 3; k++) {
            struct fixture f;
            float losses[STEPS];
            parallel_set_threads(threads[k]);
            set_up(&f, &parities[i], true);
            train(&f, optimizer_rule_find("adam"), 1e-3F, losses);
            size_t bytes = (f.net->parameter_count + f.net->state_count) * sizeof(float);
            if (!first) {
                first = malloc(bytes);
                assert_non_null(first);
                memcpy(first, f.net->parameters, bytes);
            }
            assert_memory_equal(first, f.net->parameters, bytes);
            tear_down(&f);
        }
        free(first);
    }
    parallel_set_threads(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inference),
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_losses),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
