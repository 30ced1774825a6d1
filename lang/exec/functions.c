/* SQL functions over vectors. All give NULL where an argument is NULL, and an error where vectors are of different
 * lengths. A vector is a column's bytes, a parameter, or a text such as '[1, 2.5, -3]'. */
#include "lang/exec/functions.h"

#include "base/buf.h"
#include "ml/search/similarity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NUMBERS = 65536, MOST_VECTORS = 2 };

/* Room for vectors read from text, and for results; one session uses one function at a time. */
struct room {
    float *numbers[MOST_VECTORS + 1];
    struct buf text;
};

struct operand {
    const float *x;
    size_t n;
};

static float *room_for(struct room *room, size_t slot, struct err *e) {
    if (!room->numbers[slot] && !(room->numbers[slot] = malloc(MOST_NUMBERS * sizeof(float)))) {
        err_nomem(e);
    }
    return room->numbers[slot];
}

static enum err_code not_a_vector(struct err *e) {
    err_set(e, ERR_VALUE, "vectors are needed here, and this value is not one");
    return err_hint(e, "a vector is a column that CONVERT made, or a text such as '[1, 2.5, -3]'");
}

static enum err_code read_text(struct room *room, size_t slot, const char *text, size_t len, struct operand *out,
                               struct err *e) {
    float *x = room_for(room, slot, e);
    size_t n = 0;
    const char *at = text + strspn(text, " ");
    if (!x) {
        return e->code;
    }
    if (memchr(text, '\0', len) || *at++ != '[') {
        return not_a_vector(e);
    }
    do {
        char *end;
        float number = strtof(at, &end);
        if (end == at || n == MOST_NUMBERS) {
            return not_a_vector(e);
        }
        x[n++] = number;
        at = end + strspn(end, " ");
    } while (*at++ == ',');
    if (at[-1] != ']' || at[strspn(at, " ")] != '\0') {
        return not_a_vector(e);
    }
    *out = (struct operand){x, n};
    return ERR_OK;
}

static enum err_code operand(struct room *room, size_t slot, const struct value *v, struct operand *out,
                             struct err *e) {
    if (v->type == VALUE_VECTOR) {
        *out = (struct operand){v->vector, v->length};
    } else if (v->type == VALUE_BLOB && v->length % sizeof(float) == 0) {
        *out = (struct operand){(const float *)(const void *)v->text, v->length / sizeof(float)};
    } else if (v->type == VALUE_TEXT) {
        return read_text(room, slot, v->text, v->length, out, e);
    } else {
        return not_a_vector(e);
    }
    return ERR_OK;
}

static bool any_null(const struct value *arguments, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (arguments[i].type == VALUE_NULL) {
            return true;
        }
    }
    return false;
}

/* Two vectors of one length. *null: there is nothing to compute. */
static enum err_code pair(void *user, const struct value *arguments, struct operand *a, struct operand *b, bool *null,
                          struct err *e) {
    *null = any_null(arguments, 2);
    if (*null || operand(user, 0, &arguments[0], a, e) != ERR_OK || operand(user, 1, &arguments[1], b, e) != ERR_OK) {
        return e->code;
    }
    if (a->n != b->n) {
        err_set(e, ERR_VALUE, "vectors of %zu and %zu numbers cannot be compared: they must be of one length", a->n,
                b->n);
        err_hint(e, "vectors of two models differ in length: run CONVERT again with the model that is searched with");
    }
    return e->code;
}

static double cosine(const float *a, const float *b, size_t n) {
    return (double)similarity_cosine(a, b, n);
}

static double cosine_distance(const float *a, const float *b, size_t n) {
    return 1 - cosine(a, b, n);
}

static double l2_distance(const float *a, const float *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double difference = (double)a[i] - b[i];
        sum += difference * difference;
    }
    return sqrt(sum);
}

static double l1_distance(const float *a, const float *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += fabs((double)a[i] - b[i]);
    }
    return sum;
}

static double inner_product(const float *a, const float *b, size_t n) {
    return (double)similarity_dot(a, b, n);
}

static double negative_inner_product(const float *a, const float *b, size_t n) {
    return 0 - inner_product(a, b, n); /* never -0 */
}

/* A function of two vectors that gives a number. */
#define NUMBER_OF_TWO(name)                                                                                         \
    static enum err_code call_##name(void *user, const struct value *arguments, size_t count, struct value *result, \
                                     struct err *e) {                                                               \
        struct operand a, b;                                                                                        \
        bool null = false;                                                                                          \
        (void)count;                                                                                                \
        if (pair(user, arguments, &a, &b, &null, e) == ERR_OK && !null) {                                           \
            *result = (struct value){.type = VALUE_REAL, .real = name(a.x, b.x, a.n)};                              \
        }                                                                                                           \
        return e->code;                                                                                             \
    }
NUMBER_OF_TWO(cosine)
NUMBER_OF_TWO(cosine_distance)
NUMBER_OF_TWO(l2_distance)
NUMBER_OF_TWO(l1_distance)
NUMBER_OF_TWO(inner_product)
NUMBER_OF_TWO(negative_inner_product)

static enum err_code give_vector(const float *x, size_t n, struct value *result) {
    *result = (struct value){.type = VALUE_VECTOR, .vector = x, .length = n};
    return ERR_OK;
}

/* Numbers of both in turn; the second may be one number for all. */
static enum err_code call_by_numbers(void *user, const struct value *arguments, float (*of)(float, float),
                                     struct value *result, struct err *e) {
    struct operand a, b;
    float *out = room_for(user, MOST_VECTORS, e);
    bool null = any_null(arguments, 2);
    bool number = arguments[1].type == VALUE_REAL || arguments[1].type == VALUE_INTEGER;
    if (!out || null || operand(user, 0, &arguments[0], &a, e) != ERR_OK ||
        (!number && pair(user, arguments, &a, &b, &null, e) != ERR_OK)) {
        return e->code;
    }
    if (a.n > MOST_NUMBERS) {
        return err_set(e, ERR_VALUE, "a vector of %zu numbers is too long to reckon with", a.n);
    }
    float same = (float)(arguments[1].type == VALUE_REAL ? arguments[1].real : (double)arguments[1].integer);
    for (size_t i = 0; i < a.n; i++) {
        out[i] = of(a.x[i], number ? same : b.x[i]);
    }
    return give_vector(out, a.n, result);
}

static float plus(float a, float b) {
    return a + b;
}

static float minus(float a, float b) {
    return a - b;
}

static float times(float a, float b) {
    return a * b;
}

static enum err_code call_add(void *user, const struct value *arguments, size_t count, struct value *result,
                              struct err *e) {
    (void)count;
    return call_by_numbers(user, arguments, plus, result, e);
}

static enum err_code call_subtract(void *user, const struct value *arguments, size_t count, struct value *result,
                                   struct err *e) {
    (void)count;
    return call_by_numbers(user, arguments, minus, result, e);
}

static enum err_code call_multiply(void *user, const struct value *arguments, size_t count, struct value *result,
                                   struct err *e) {
    (void)count;
    return call_by_numbers(user, arguments, times, result, e);
}

static double length_of(const struct operand *a) {
    double sum = 0;
    for (size_t i = 0; i < a->n; i++) {
        sum += (double)a->x[i] * a->x[i];
    }
    return sqrt(sum);
}

/* One vector. False: NULL, or an error. */
static bool one_vector(void *user, const struct value *arguments, struct operand *a, struct err *e) {
    return arguments[0].type != VALUE_NULL && operand(user, 0, &arguments[0], a, e) == ERR_OK;
}

static enum err_code call_norm(void *user, const struct value *arguments, size_t count, struct value *result,
                               struct err *e) {
    struct operand a;
    (void)count;
    if (one_vector(user, arguments, &a, e)) {
        *result = (struct value){.type = VALUE_REAL, .real = length_of(&a)};
    }
    return e->code;
}

static enum err_code call_dims(void *user, const struct value *arguments, size_t count, struct value *result,
                               struct err *e) {
    struct operand a;
    (void)count;
    if (one_vector(user, arguments, &a, e)) {
        *result = (struct value){.type = VALUE_INTEGER, .integer = (int64_t)a.n};
    }
    return e->code;
}

static enum err_code call_normalize(void *user, const struct value *arguments, size_t count, struct value *result,
                                    struct err *e) {
    struct operand a;
    struct value by[2] = {arguments[0], {.type = VALUE_REAL}};
    (void)count;
    if (!one_vector(user, arguments, &a, e)) {
        return e->code;
    }
    double length = length_of(&a);
    by[1].real = length > 0 ? 1 / length : 0;
    return call_by_numbers(user, by, times, result, e);
}

static enum err_code call_to_vector(void *user, const struct value *arguments, size_t count, struct value *result,
                                    struct err *e) {
    struct operand a;
    (void)count;
    return one_vector(user, arguments, &a, e) ? give_vector(a.x, a.n, result) : e->code;
}

static enum err_code call_to_text(void *user, const struct value *arguments, size_t count, struct value *result,
                                  struct err *e) {
    struct room *room = user;
    struct operand a;
    (void)count;
    if (!one_vector(user, arguments, &a, e)) {
        return e->code;
    }
    buf_clear(&room->text);
    buf_char(&room->text, '[');
    for (size_t i = 0; i < a.n; i++) {
        buf_printf(&room->text, "%s%.9g", i ? "," : "", (double)a.x[i]);
    }
    buf_char(&room->text, ']');
    if (!buf_ok(&room->text)) {
        return err_nomem(e);
    }
    *result = (struct value){.type = VALUE_TEXT, .text = buf_text(&room->text), .length = room->text.len};
    return ERR_OK;
}

/* Share of a sorted sample that is below the score, in percent. */
static enum err_code call_percentile(void *user, const struct value *arguments, size_t count, struct value *result,
                                     struct err *e) {
    struct operand sample;
    (void)count;
    if (arguments[0].type != VALUE_REAL || operand(user, 1, &arguments[1], &sample, e) != ERR_OK || sample.n == 0) {
        return e->code;
    }
    size_t low = 0, high = sample.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((double)sample.x[middle] < arguments[0].real) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *result = (struct value){.type = VALUE_REAL, .real = 100.0 * (double)low / (double)sample.n};
    return ERR_OK;
}

/* vector_sum and vector_avg: sums in double, so that the order of the rows hardly matters. */
struct sums {
    double *sums;
    float *result;
    size_t n, rows;
    struct room room;
};

static enum err_code add_vector(void *state, const struct value *arguments, size_t count, struct err *e) {
    struct sums *s = state;
    struct operand a;
    (void)count;
    if (!one_vector(&s->room, arguments, &a, e)) {
        return e->code;
    }
    if (s->rows == 0) { /* the first, or the first after a window was empty */
        free(s->sums);
        free(s->result);
        s->n = a.n;
        s->sums = calloc(a.n + 1, sizeof *s->sums);
        s->result = calloc(a.n + 1, sizeof *s->result);
        if (!s->sums || !s->result) {
            return err_nomem(e);
        }
    }
    if (s->n != a.n) {
        return err_set(e, ERR_VALUE, "vectors of %zu and %zu numbers cannot be added up", s->n, a.n);
    }
    s->rows++;
    for (size_t i = 0; i < a.n; i++) {
        s->sums[i] += a.x[i];
    }
    return ERR_OK;
}

static enum err_code remove_vector(void *state, const struct value *arguments, size_t count, struct err *e) {
    struct sums *s = state;
    struct operand a;
    (void)count;
    if (!one_vector(&s->room, arguments, &a, e)) {
        return e->code;
    }
    s->rows--;
    for (size_t i = 0; i < a.n && i < s->n; i++) {
        s->sums[i] -= a.x[i];
    }
    return ERR_OK;
}

static enum err_code divide_sums(const struct sums *s, double by, struct value *result) {
    if (s->rows == 0) {
        return ERR_OK;
    }
    for (size_t i = 0; i < s->n; i++) {
        s->result[i] = (float)(s->sums[i] / by);
    }
    return give_vector(s->result, s->n, result);
}

static enum err_code give_sum(void *state, struct value *result, struct err *e) {
    (void)e;
    return divide_sums(state, 1, result);
}

static enum err_code give_average(void *state, struct value *result, struct err *e) {
    (void)e;
    return divide_sums(state, (double)((struct sums *)state)->rows, result);
}

static void room_release(struct room *room) {
    for (size_t i = 0; i <= MOST_VECTORS; i++) {
        free(room->numbers[i]);
    }
    buf_release(&room->text);
}

static void release_sums(void *state) {
    struct sums *s = state;
    free(s->sums);
    free(s->result);
    room_release(&s->room);
}

static const struct {
    int arguments;
    store_function function;
    struct function_help help;
} rows[] = {
    {2, call_cosine, {"similarity", "similarity(a, b)", "The cosine of two vectors: 1 for the same direction."}},
    {2,
     call_cosine_distance,
     {"distance", "distance(a, b)", "1 less the cosine of two vectors: 0 for the same direction."}},
    {2, call_cosine_distance, {"cosine_distance", "cosine_distance(a, b)", "The same as distance(a, b)."}},
    {2, call_l2_distance, {"l2_distance", "l2_distance(a, b)", "The length of the difference of two vectors."}},
    {2, call_l1_distance, {"l1_distance", "l1_distance(a, b)", "The sum of the differences of two vectors' numbers."}},
    {2, call_inner_product, {"inner_product", "inner_product(a, b)", "The dot product of two vectors."}},
    {2,
     call_negative_inner_product,
     {"negative_inner_product", "negative_inner_product(a, b)", "The dot product of two vectors, negated."}},
    {2, call_add, {"vector_add", "vector_add(a, b)", "The sum of two vectors, or of a vector and one number for all."}},
    {2,
     call_subtract,
     {"vector_subtract", "vector_subtract(a, b)",
      "The difference of two vectors, or of a vector and one number for all."}},
    {2,
     call_multiply,
     {"vector_multiply", "vector_multiply(a, b)",
      "The products of two vectors' numbers, or of a vector and one number."}},
    {1, call_norm, {"vector_norm", "vector_norm(a)", "The length of a vector."}},
    {1, call_dims, {"vector_dims", "vector_dims(a)", "How many numbers a vector has."}},
    {1, call_normalize, {"l2_normalize", "l2_normalize(a)", "The vector of the same direction and of length 1."}},
    {1, call_to_vector, {"to_vector", "to_vector('[1, 2.5, -3]')", "A vector from a text, or from a vector itself."}},
    {1, call_to_text, {"vector_text", "vector_text(a)", "A vector as text: '[1, 2.5, -3]'."}},
    {2,
     call_percentile,
     {"score_percentile", "score_percentile(score, sample)",
      "The share, in percent, of a sorted sample of scores that is below the score."}},
};

static const struct {
    struct store_aggregate aggregate;
    struct function_help help;
} aggregates[] = {
    {{sizeof(struct sums), add_vector, remove_vector, give_sum, release_sums},
     {"vector_sum", "vector_sum(a)", "The sum of a column of vectors; an aggregate."}},
    {{sizeof(struct sums), add_vector, remove_vector, give_average, release_sums},
     {"vector_avg", "vector_avg(a)", "The mean of a column of vectors; an aggregate."}},
};

const struct function_help *functions_at(size_t index) {
    size_t scalars = sizeof rows / sizeof *rows;
    if (index < scalars) {
        return &rows[index].help;
    }
    return index - scalars < sizeof aggregates / sizeof *aggregates ? &aggregates[index - scalars].help : NULL;
}

const struct function_help *functions_find(const char *name) {
    const struct function_help *help;
    for (size_t i = 0; (help = functions_at(i)); i++) {
        if (strcmp(help->name, name) == 0) {
            return help;
        }
    }
    return NULL;
}

struct functions {
    struct room room;
};

enum err_code functions_register(struct store *s, struct functions **out, struct err *e) {
    struct functions *f = calloc(1, sizeof *f);
    if (!f) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows && e->code == ERR_OK; i++) {
        store_register(s, rows[i].help.name, rows[i].arguments, rows[i].function, &f->room, e);
    }
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates && e->code == ERR_OK; i++) {
        store_register_aggregate(s, aggregates[i].help.name, 1, &aggregates[i].aggregate, e);
    }
    if (e->code != ERR_OK) {
        functions_free(f);
        return e->code;
    }
    *out = f;
    return ERR_OK;
}

void functions_free(struct functions *f) {
    if (f) {
        room_release(&f->room);
        free(f);
    }
}
