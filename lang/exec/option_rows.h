/* The settings that OPTIONS fills, one struct a statement. Their rows are in option_rows.c. */
#ifndef LANG_EXEC_OPTION_ROWS_H
#define LANG_EXEC_OPTION_ROWS_H

#include "lang/exec/options.h"

/* How views are drawn: BUILD and PRINT. A switch below 0 is not set. */
struct augment_settings {
    const char *augment;
    double horizontal_flip, vertical_flip, color, rotation, shear, crop_min_scale, blur;
};
#define AUGMENT_UNSET(preset) \
    { preset, -1, -1, -1, -1, -1, -1, -1 }

/* BUILD and FIT. */
struct build_settings {
    const char *image_col, *label_col, *on_error;
    struct augment_settings views;
    long long max_epochs, batch_size, seed, embedding_size, image_size;
    double temperature, learning_rate;
    bool overwrite;
    const char *pretrained; /* NULL: no; "": weights that GET THANOSQL MODEL brought; else a file */
    const char *backbone, *features, *loss, *optimizer, *on_interrupt;
    long long width;
    double time_limit;
};

struct upload_settings {
    const char *framework;
    bool overwrite;
    long long image_size;
};

struct convert_settings {
    const char *table_name, *image_col, *result_col, *convert_type, *on_error;
    long long batch_size;
};

/* CREATE TABLE … USING. */
struct folder_settings {
    const char *path_type, *data_type, *on_error;
    struct literal file_type;
    long long batch_size;
    bool overwrite;
};

struct search_settings {
    const char *search_by, *image_col, *emb_col, *result_col, *combine, *rerank, *table_name;
    struct literal search_input, weights;
    long long top_k, seed;
    double threshold; /* below -1: not set */
    bool percentile;
};

/* FUNCTION: those that the function knows. */
struct function_settings {
    const char *label_col, *emb_col, *result_col, *table_name;
    const char *src_table, *src_emb_col, *src_label_col;
    long long top_k;
};

struct print_settings {
    const char *image_col, *layout;
    long long width, columns; /* 0: as the layout has it */
    struct literal caption_cols;
    struct augment_settings views; /* augment NULL where the option is not given */
    long long views_each, seed;
    bool explain;
    const char *model, *search_input; /* what explain goes by where the query has no SEARCH */
};

struct copy_settings {
    bool overwrite, header;
    const char *if_exists, *delimiter, *column; /* NULL: not given */
    long long chunksize;                        /* nothing depends on it */
};

struct copy_model_settings {
    bool overwrite;
};

struct get_settings {
    bool overwrite;
};

struct get_model_settings {
    bool overwrite;
    const char *model_name;
};

extern const struct option_table build_options, fit_options, upload_options, convert_options, folder_options,
    search_options, groups_options, labels_options, print_options, copy_options, copy_model_options, get_options,
    get_model_options;

#endif
