/* The settings that OPTIONS fills, one struct a statement. Their rows are in option_rows.c. */
#ifndef LANG_EXEC_OPTION_ROWS_H
#define LANG_EXEC_OPTION_ROWS_H

#include "lang/exec/options.h"

struct build_settings {
    const char *image_col, *label_col, *augment, *on_error;
    long long max_epochs, batch_size, seed, embedding_size;
    double temperature, learning_rate;
    bool overwrite, pretrained;
};

struct convert_settings {
    const char *table_name, *image_col, *result_col, *on_error;
    long long batch_size;
};

struct search_settings {
    const char *search_by, *image_col, *emb_col, *result_col, *combine, *rerank;
    struct literal search_input, weights;
    long long top_k, seed;
    double threshold; /* below -1: not set */
    bool percentile;
};

struct print_settings {
    const char *image_col;
    long long width;
};

struct copy_settings {
    bool overwrite;
    const char *if_exists;
};

struct get_settings {
    bool overwrite;
};

extern const struct option_table build_options, convert_options, search_options, print_options, copy_options,
    get_options;

#endif
