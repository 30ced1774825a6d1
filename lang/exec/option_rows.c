/* Every option of every statement, one row each. To add one: a row here, and a field in option_rows.h. */
#include "lang/exec/option_rows.h"

#include "lang/exec/settings.h"

#include "ml/image/preset.h"

static const char *const backbone_choices[] = {"auto", "cnn", "resnet18", "resnet50", "efficientnet_lite0", NULL};
static const char *const features_choices[] = {"joined", "network", NULL};
static const char *const loss_choices[] = {"ntxent", "dcl", NULL};
static const char *const optimizer_choices[] = {"adam", "sgd", "lars", NULL};
static const char *const on_interrupt_choices[] = {"stop", "keep", NULL};
static const char *const on_error_choices[] = {"fail", "skip", NULL};
static const char *const augment_choices[] = {"auto", "digits", "photo", "object", "art", "none", NULL};
static const char *const if_exists_choices[] = {"fail", "replace", "append", NULL};
static const char *const search_by_choices[] = {"image", "row", "vector", "each", "duplicates", NULL};
static const char *const combine_choices[] = {"none", "mean", NULL};
static const char *const rerank_choices[] = {"none", "expansion", "diffusion", NULL};
static const char *const framework_choices[] = {"pytorch", NULL};
static const char *const convert_type_choices[] = {"image", NULL};
static const char *const path_type_choices[] = {"folder", "file", NULL};
static const char *const data_type_choices[] = {"image", NULL};
static const char *const layout_choices[] = {"list", "grid", NULL};

#define AT(type, field) offsetof(struct type, field)
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

/* What makes views of pictures, in every statement that has such settings as `views`. */
#define SWITCH(type, name, low, high, about) \
    { #name, OPTION_SWITCH, AT(type, views.name), low, high, NULL, "as the preset has it", about, NULL }
#define AUGMENT_ROWS(type, by_default)                                                                               \
    {"augment",                                                                                                      \
     OPTION_CHOICE,                                                                                                  \
     AT(type, views.augment),                                                                                        \
     0,                                                                                                              \
     0,                                                                                                              \
     augment_choices,                                                                                                \
     by_default,                                                                                                     \
     "how pictures are varied in training: a kind of pictures, or 'auto' to look at them",                           \
     NULL},                                                                                                          \
        SWITCH(type, horizontal_flip, 0, 0, "a mirrored picture is the same picture; half the views are mirrored"),  \
        SWITCH(type, vertical_flip, 0, 0, "half the views are upside down"),                                         \
        SWITCH(type, color, 0, PRESET_COLOR_MOST,                                                                    \
               "how much brightness, contrast and colour vary: 0 not at all, 1 as 'photo', 2 twice that"),           \
        SWITCH(type, rotation, 0, PRESET_ROTATION_MOST, "degrees that views are turned by at most, to either side"), \
        SWITCH(type, shear, 0, PRESET_SHEAR_MOST, "slant at most, to either side; 1 is 45 degrees"),                 \
        SWITCH(type, crop_min_scale, PRESET_CROP_LEAST, 1, "least part of the area that a crop keeps; 1: no crops"), \
        SWITCH(type, blur, 0, PRESET_BLUR_MOST,                                                                      \
               "how strongly half the views are blurred: 1 by up to a 16th of the side")

/* What training does: of BUILD and of FIT. */
/* clang-format off: one row a line or two, which it would set in columns */
#define TRAINING_ROWS                                                                                                  \
    {"image_col", OPTION_NAME, AT(build_settings, image_col),       0,                                                 \
     0,           NULL,        "image_path, else path, else image", "column with the path of each picture",            \
     NULL},                                                                                                            \
        {"label_col",                                                                                                  \
         OPTION_NAME,                                                                                                  \
         AT(build_settings, label_col),                                                                                \
         0,                                                                                                            \
         0,                                                                                                            \
         NULL,                                                                                                         \
         "None",                                                                                                       \
         "column with labels (texts or numbers; rows of NULL train without): pictures of a label come near each "      \
         "other",                                                                                                      \
         NULL},                                                                                                        \
        {"max_epochs",                                                                                                 \
         OPTION_INTEGER,                                                                                               \
         AT(build_settings, max_epochs),                                                                               \
         0,                                                                                                            \
         100000,                                                                                                       \
         NULL,                                                                                                         \
         "5; of a backbone 20, of weights from elsewhere 0",                                                           \
         "how often training goes over all pictures",                                                                  \
         NULL},                                                                                                        \
        {"epochs",         OPTION_INTEGER, AT(build_settings, max_epochs), 0, 100000, NULL, "5",                       \
         "older spelling", "max_epochs"},                                                                              \
        {"batch_size", OPTION_INTEGER, AT(build_settings, batch_size), 2,                                              \
         65536,        NULL,           "256; of a backbone 64",        "pictures a training step looks at together",   \
         NULL},                                                                                                        \
        {"temperature",                                                                                                \
         OPTION_REAL,                                                                                                  \
         AT(build_settings, temperature),                                                                              \
         0.001,                                                                                                        \
         10,                                                                                                           \
         NULL,                                                                                                         \
         "0.2",                                                                                                        \
         "temperature of the NT-Xent and SupCon losses",                                                               \
         NULL},                                                                                                        \
        {"learning_rate",                                                                                              \
         OPTION_REAL,                                                                                                  \
         AT(build_settings, learning_rate),                                                                            \
         0,                                                                                                            \
         10,                                                                                                           \
         NULL,                                                                                                         \
         "0 (chosen)",                                                                                                 \
         "step size of the optimizer at its peak",                                                                     \
         NULL},                                                                                                        \
        {"seed",                                                                                                       \
         OPTION_INTEGER,                                                                                               \
         AT(build_settings, seed),                                                                                     \
         0,                                                                                                            \
         9007199254740992.0,                                                                                           \
         NULL,                                                                                                         \
         "0",                                                                                                          \
         "same seed, pictures and options: same model",                                                                \
         NULL},                                                                                                        \
        {"on_error",                                                                                                   \
         OPTION_CHOICE,                                                                                                \
         AT(build_settings, on_error),                                                                                 \
         0,                                                                                                            \
         0,                                                                                                            \
         on_error_choices,                                                                                             \
         "'fail'",                                                                                                     \
         "what to do with a picture that cannot be read",                                                              \
         NULL},                                                                                                        \
        {"overwrite", OPTION_BOOL, AT(build_settings, overwrite),  0,   0,                                             \
         NULL,        "False",     "replace a model of that name", NULL},                                              \
        {"loss",                                                                                                       \
         OPTION_CHOICE,                                                                                                \
         AT(build_settings, loss),                                                                                     \
         0,                                                                                                            \
         0,                                                                                                            \
         loss_choices,                                                                                                 \
         "'ntxent'",                                                                                                   \
         "what a backbone's training makes small: SimCLR's loss, or the decoupled one, which minds small batches "     \
         "less",                                                                                                       \
         NULL},                                                                                                        \
        {"optimizer",       OPTION_CHOICE, AT(build_settings, optimizer),        0,   0,                               \
         optimizer_choices, "'adam'",      "rule that a backbone is trained by", NULL},                                \
        {"time_limit",                                                                                                 \
         OPTION_REAL,                                                                                                  \
         AT(build_settings, time_limit),                                                                               \
         0,                                                                                                            \
         1e9,                                                                                                          \
         NULL,                                                                                                         \
         "0 (none)",                                                                                                   \
         "seconds that training a backbone may take; what it has by then is kept",                                     \
         NULL},                                                                                                        \
    {                                                                                                                  \
        "on_interrupt", OPTION_CHOICE, AT(build_settings, on_interrupt), 0, 0, on_interrupt_choices, "'stop'",         \
            "what an interrupt of a backbone's training leaves: a checkpoint to go on from, and with 'keep' the best " \
            "epoch too",                                                                                               \
            NULL                                                                                                       \
    }
/* clang-format on */

static const struct option_row build_rows[] = {
    TRAINING_ROWS,
    /* What shapes an encoder. */
    {"embedding_size", OPTION_INTEGER, AT(build_settings, embedding_size), 0, 256, NULL, "0 (chosen)",
     "numbers in a vector: the most telling ones are kept", NULL},
    AUGMENT_ROWS(build_settings, "'auto'"),
    {"pretrained", OPTION_SOURCE, AT(build_settings, pretrained), 0, 0, NULL, "False",
     "start from weights learnt elsewhere: True for those of GET THANOSQL MODEL, or a safetensors or PyTorch file",
     NULL},
    {"image_size", OPTION_INTEGER, AT(build_settings, image_size), 0, 1024, NULL, "0 (chosen)",
     "side in pixels that pictures are brought to: 28 for digits, else 32 or 64; a backbone takes others too", NULL},
    {"backbone", OPTION_CHOICE, AT(build_settings, backbone), 0, 0, backbone_choices, "'auto'",
     "what turns pictures into vectors: 'auto' fixed features and a trained layer, else a convolutional network", NULL},
    {"features", OPTION_CHOICE, AT(build_settings, features), 0, 0, features_choices,
     "'joined' with pretrained=True, else 'network'",
     "of a backbone: its numbers alone, or with those of the fixed features beside them", NULL},
    {"width", OPTION_INTEGER, AT(build_settings, width), 0, 256, NULL, "0 (cnn 32, resnets 64)",
     "channels of the backbone's first stage: fewer are quicker and know less", NULL},
};

static const struct option_row fit_rows[] = {TRAINING_ROWS};

static const struct option_row upload_rows[] = {
    {"framework", OPTION_CHOICE, AT(upload_settings, framework), 0, 0, framework_choices, "'pytorch'",
     "what the weights were learnt with", NULL},
    {"overwrite", OPTION_BOOL, AT(upload_settings, overwrite), 0, 0, NULL, "False", "replace a model of that name",
     NULL},
    {"image_size", OPTION_INTEGER, AT(upload_settings, image_size), 0, 1024, NULL, "0 (as the network was trained)",
     "side in pixels that pictures are brought to", NULL},
};

#define BATCH_ROW(type)                                                             \
    {                                                                               \
        "batch_size", OPTION_INTEGER, AT(type, batch_size), 1, 65536, NULL, "1024", \
            "rows embedded and written together", NULL                              \
    }

static const struct option_row convert_rows[] = {
    {"table_name", OPTION_NAME, AT(convert_settings, table_name), 0, 0, NULL, "None",
     "table to write the result to; an existing one is replaced", NULL},
    {"image_col", OPTION_NAME, AT(convert_settings, image_col), 0, 0, NULL, "the column the model was built with",
     "column with the path of each picture", NULL},
    {"result_col", OPTION_NAME, AT(convert_settings, result_col), 0, 0, NULL,
     "<model>_<base> with table_name, else convert_result (SET thanosql.dialect)", "column for the vectors", NULL},
    {"column_name", OPTION_NAME, AT(convert_settings, result_col), 0, 0, NULL, "", "older spelling", "result_col"},
    {"convert_type", OPTION_CHOICE, AT(convert_settings, convert_type), 0, 0, convert_type_choices, "'image'",
     "what is turned into vectors", NULL},
    BATCH_ROW(convert_settings),
    {"on_error", OPTION_CHOICE, AT(convert_settings, on_error), 0, 0, on_error_choices, "'fail'",
     "what to do with a picture that cannot be read: 'skip' gives it no vector", NULL},
};

static const struct option_row folder_rows[] = {
    {"path_type", OPTION_CHOICE, AT(folder_settings, path_type), 0, 0, path_type_choices, "'folder'",
     "what stands behind FROM: a folder, with the folders in it, or one file", NULL},
    {"data_type", OPTION_CHOICE, AT(folder_settings, data_type), 0, 0, data_type_choices, "'image'",
     "what the files are", NULL},
    {"file_type", OPTION_TEXTS, AT(folder_settings, file_type), 0, 0, NULL, "['.jpg', '.jpeg', '.png']",
     "endings of the names of files that are taken", NULL},
    BATCH_ROW(folder_settings),
    {"on_error", OPTION_CHOICE, AT(folder_settings, on_error), 0, 0, on_error_choices, "'fail'",
     "what to do with a picture that cannot be read: 'skip' gives it no vector", NULL},
    {"overwrite", OPTION_BOOL, AT(folder_settings, overwrite), 0, 0, NULL, "False", "replace a table of that name",
     NULL},
};

#define TABLE_ROW(type)                                                               \
    {                                                                                 \
        "table_name", OPTION_NAME, AT(type, table_name), 0, 0, NULL, "None",          \
            "table to write the result to as well; an existing one is replaced", NULL \
    }

static const struct option_row search_rows[] = {
    {"search_by", OPTION_CHOICE, AT(search_settings, search_by), 0, 0, search_by_choices, "'image'",
     "what is searched with: 'row' is a row of the query, by its path; 'each' every row in turn, one row of the result "
     "for each and each of its neighbors; 'duplicates' finds groups of near-duplicates",
     NULL},
    {"search_input_type", OPTION_CHOICE, AT(search_settings, search_by), 0, 0, search_by_choices, "", "older spelling",
     "search_by"},
    {"search_input", OPTION_INPUT, AT(search_settings, search_input), 0, 0, NULL, "",
     "path of the picture to search with, or a list of them; with 'row' paths as the table has them; with 'vector' "
     "numbers",
     NULL},
    {"combine", OPTION_CHOICE, AT(search_settings, combine), 0, 0, combine_choices, "'none', or 'mean' with weights",
     "'mean': several inputs give one score, that of their weighted mean; 'none': a score each", NULL},
    {"weights", OPTION_NUMBERS, AT(search_settings, weights), 0, 0, NULL, "1 each",
     "how much each input counts in the mean; below 0: away from it", NULL},
    {"threshold", OPTION_REAL, AT(search_settings, threshold), -1, 1, NULL, "none; 0.95 for 'duplicates'",
     "only rows whose score is at least this", NULL},
    {"percentile", OPTION_BOOL, AT(search_settings, percentile), 0, 0, NULL, "False",
     "a further column: of random pairs of rows, how many in a hundred have a lower score", NULL},
    {"rerank", OPTION_CHOICE, AT(search_settings, rerank), 0, 0, rerank_choices, "'none'",
     "let the rows that are searched help to find (transductive: scores depend on all of them): 'expansion' searches "
     "again with the 5 nearest rows added, 'diffusion' spreads likeness along their neighbors",
     NULL},
    {"seed", OPTION_INTEGER, AT(search_settings, seed), 0, 9007199254740992.0, NULL, "0",
     "of the random pairs for percentile", NULL},
    {"image_col", OPTION_NAME, AT(search_settings, image_col), 0, 0, NULL, "image_path, else path, else image",
     "column with the path of each picture, for 'row' and 'each'", NULL},
    {"emb_col", OPTION_NAME, AT(search_settings, emb_col), 0, 0, NULL, "<model>_<base>", "column with the vectors",
     NULL},
    {"result_col", OPTION_NAME, AT(search_settings, result_col), 0, 0, NULL,
     "<model>_<base>_similarity1, or search_result", "column for the scores", NULL},
    {"column_name", OPTION_NAME, AT(search_settings, result_col), 0, 0, NULL, "", "older spelling", "result_col"},
    {"top_k", OPTION_INTEGER, AT(search_settings, top_k), 0, 9007199254740992.0, NULL,
     "1000 with search_by, 5 with 'each', else all",
     "rows to keep, best first (of 'each': neighbors of a row); None or 0 keeps all", NULL},
    {"topk", OPTION_INTEGER, AT(search_settings, top_k), 0, 9007199254740992.0, NULL, "", "other spelling", "top_k"},
    TABLE_ROW(search_settings),
};

#define RESULT_ROW(type, by_default, about) \
    { "result_col", OPTION_NAME, AT(type, result_col), 0, 0, NULL, by_default, about, NULL }

static const struct option_row groups_rows[] = {
    {"label_col", OPTION_NAME, AT(function_settings, label_col), 0, 0, NULL, "needed",
     "column whose values make the groups", NULL},
    {"emb_col", OPTION_NAME, AT(function_settings, emb_col), 0, 0, NULL, "needed", "column with the vectors", NULL},
    RESULT_ROW(function_settings, "emb_mean_result", "column for the mean vectors"),
    TABLE_ROW(function_settings),
};

static const struct option_row labels_rows[] = {
    {"emb_col", OPTION_NAME, AT(function_settings, emb_col), 0, 0, NULL, "needed", "column with the rows' vectors",
     NULL},
    {"src_table", OPTION_NAME, AT(function_settings, src_table), 0, 0, NULL, "needed",
     "table of the rows that are known", NULL},
    {"src_emb_col", OPTION_NAME, AT(function_settings, src_emb_col), 0, 0, NULL, "needed",
     "that table's column with vectors", NULL},
    {"src_label_col", OPTION_NAME, AT(function_settings, src_label_col), 0, 0, NULL, "needed",
     "that table's column with labels", NULL},
    {"top_k", OPTION_INTEGER, AT(function_settings, top_k), 1, 65536, NULL, "1",
     "labels for each row: that of its nearest, or as JSON a list of so many, nearest first", NULL},
    {"topk", OPTION_INTEGER, AT(function_settings, top_k), 1, 65536, NULL, "", "other spelling", "top_k"},
    RESULT_ROW(function_settings, "similarity_result", "column for the labels"),
    TABLE_ROW(function_settings),
};

static const struct option_row print_rows[] = {
    {"image_col", OPTION_NAME, AT(print_settings, image_col), 0, 0, NULL, "image_path, else path, else image",
     "column with the path of each picture", NULL},
    {"width", OPTION_INTEGER, AT(print_settings, width), 1, 10000, NULL, "240, in a grid 120",
     "width and height on the page, in pixels", NULL},
    {"layout", OPTION_CHOICE, AT(print_settings, layout), 0, 0, layout_choices, "'list'; beyond 25 pictures 'grid'",
     "one below the other, each with its path, or all on one sheet", NULL},
    {"columns", OPTION_INTEGER, AT(print_settings, columns), 0, 100, NULL, "0 (as many as fit)",
     "pictures in a row of the grid", NULL},
    {"caption_cols", OPTION_TEXTS, AT(print_settings, caption_cols), 0, 0, NULL, "rank and similarity alone",
     "columns whose values stand under each picture of the grid", NULL},
    AUGMENT_ROWS(print_settings, "None; given, views are shown as BUILD would draw them"),
    {"views", OPTION_INTEGER, AT(print_settings, views_each), 1, 24, NULL, "6 with augment",
     "how many views of each picture to show", NULL},
    {"seed", OPTION_INTEGER, AT(print_settings, seed), 0, 9007199254740992.0, NULL, "0",
     "same seed, pictures and options: same views", NULL},
    {"explain", OPTION_BOOL, AT(print_settings, explain), 0, 0, NULL, "False",
     "show which parts of the query's picture and of each result make their score", NULL},
    {"model", OPTION_NAME, AT(print_settings, model), 0, 0, NULL, "that of the SEARCH in the query",
     "model that explain goes by", NULL},
    {"search_input", OPTION_TEXT, AT(print_settings, search_input), 0, 0, NULL, "that of the SEARCH in the query",
     "path of the picture that explain compares with", NULL},
};

static const struct option_row copy_rows[] = {
    {"overwrite", OPTION_BOOL, AT(copy_settings, overwrite), 0, 0, NULL, "False",
     "replace a table of that name; with TO, a file", NULL},
    {"if_exists", OPTION_CHOICE, AT(copy_settings, if_exists), 0, 0, if_exists_choices, "'fail'",
     "what to do with a table of that name; 'append' adds rows whose columns have its names, in any order; with TO, "
     "what to do with a file",
     NULL},
    {"delimiter", OPTION_TEXT, AT(copy_settings, delimiter), 0, 0, NULL,
     "found out from , tab ; and |; with TO a comma, or a tab for .tsv",
     "character that parts the fields of a CSV file", NULL},
    {"sep", OPTION_TEXT, AT(copy_settings, delimiter), 0, 0, NULL, "", "other spelling", "delimiter"},
    {"header", OPTION_BOOL, AT(copy_settings, header), 0, 0, NULL, "True",
     "the first row of a CSV file names the columns; without, they are column1, column2, …", NULL},
    {"column", OPTION_NAME, AT(copy_settings, column), 0, 0, NULL, "the one column of vectors",
     "column that COPY TO writes to an .npy file", NULL},
    {"emb_col", OPTION_NAME, AT(copy_settings, column), 0, 0, NULL, "", "other spelling", "column"},
    {"chunksize", OPTION_INTEGER, AT(copy_settings, chunksize), 1, 9007199254740992.0, NULL, "1000",
     "accepted for older notebooks: rows are streamed, and nothing depends on it", NULL},
};

static const struct option_row copy_model_rows[] = {
    {"overwrite", OPTION_BOOL, AT(copy_model_settings, overwrite), 0, 0, NULL, "False", "replace a file of that name",
     NULL},
};

static const struct option_row get_rows[] = {
    {"overwrite", OPTION_BOOL, AT(get_settings, overwrite), 0, 0, NULL, "False", "replace a dataset of that name",
     NULL},
};

static const struct option_row get_model_rows[] = {
    {"overwrite", OPTION_BOOL, AT(get_model_settings, overwrite), 0, 0, NULL, "False", "replace a model of that name",
     NULL},
    {"model_name", OPTION_NAME, AT(get_model_settings, model_name), 0, 0, NULL, "its own",
     "name for the model here; AS name says the same", NULL},
};

const struct option_table build_options = {STATEMENT_BUILD_MODEL, "SimCLR", build_rows, COUNT(build_rows)};
const struct option_table fit_options = {STATEMENT_FIT_MODEL, NULL, fit_rows, COUNT(fit_rows)};
const struct option_table upload_options = {STATEMENT_UPLOAD_MODEL, NULL, upload_rows, COUNT(upload_rows)};
const struct option_table convert_options = {STATEMENT_CONVERT, NULL, convert_rows, COUNT(convert_rows)};
const struct option_table folder_options = {STATEMENT_CREATE_USING, NULL, folder_rows, COUNT(folder_rows)};
const struct option_table search_options = {STATEMENT_SEARCH, NULL, search_rows, COUNT(search_rows)};
const struct option_table groups_options = {STATEMENT_FUNCTION, "compute.groupby_emb_mean", groups_rows,
                                            COUNT(groups_rows)};
const struct option_table labels_options = {STATEMENT_FUNCTION, "compute.similarity", labels_rows, COUNT(labels_rows)};
const struct option_table print_options = {STATEMENT_PRINT, NULL, print_rows, COUNT(print_rows)};
const struct option_table copy_options = {STATEMENT_COPY, NULL, copy_rows, COUNT(copy_rows)};
const struct option_table copy_model_options = {STATEMENT_COPY_MODEL, NULL, copy_model_rows, COUNT(copy_model_rows)};
const struct option_table get_options = {STATEMENT_GET, "DATASET", get_rows, COUNT(get_rows)};
const struct option_table get_model_options = {STATEMENT_GET, "MODEL", get_model_rows, COUNT(get_model_rows)};

const struct option_table *options_table_at(size_t index) {
    static const struct option_table *const tables[] = {
        &build_options,      &fit_options,    &upload_options,    &convert_options, &folder_options,
        &search_options,     &groups_options, &labels_options,    &print_options,   &copy_options,
        &copy_model_options, &get_options,    &get_model_options, &settings_table};
    return index < COUNT(tables) ? tables[index] : NULL;
}
