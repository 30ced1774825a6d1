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
static const char *const if_exists_choices[] = {"fail", "replace", NULL};
static const char *const search_by_choices[] = {"image", "row", "vector", "each", "duplicates", NULL};
static const char *const combine_choices[] = {"none", "mean", NULL};
static const char *const rerank_choices[] = {"none", "expansion", "diffusion", NULL};
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

static const struct option_row build_rows[] = {
    /* Of FIT too: what training does. */
    {"image_col", OPTION_NAME, AT(build_settings, image_col), 0, 0, NULL, "image_path, else path, else image",
     "column with the path of each picture", NULL},
    {"label_col", OPTION_NAME, AT(build_settings, label_col), 0, 0, NULL, "None",
     "column with labels (texts or numbers; rows of NULL train without): pictures of a label come near each other",
     NULL},
    {"max_epochs", OPTION_INTEGER, AT(build_settings, max_epochs), 0, 100000, NULL,
     "5; of a backbone 20, of weights from elsewhere 0", "how often training goes over all pictures", NULL},
    {"epochs", OPTION_INTEGER, AT(build_settings, max_epochs), 0, 100000, NULL, "5", "older spelling", "max_epochs"},
    {"batch_size", OPTION_INTEGER, AT(build_settings, batch_size), 2, 65536, NULL, "256; of a backbone 64",
     "pictures a training step looks at together", NULL},
    {"temperature", OPTION_REAL, AT(build_settings, temperature), 0.001, 10, NULL, "0.2",
     "temperature of the NT-Xent and SupCon losses", NULL},
    {"learning_rate", OPTION_REAL, AT(build_settings, learning_rate), 0, 10, NULL, "0 (chosen)",
     "step size of the optimizer at its peak", NULL},
    {"seed", OPTION_INTEGER, AT(build_settings, seed), 0, 9007199254740992.0, NULL, "0",
     "same seed, pictures and options: same model", NULL},
    {"on_error", OPTION_CHOICE, AT(build_settings, on_error), 0, 0, on_error_choices, "'fail'",
     "what to do with a picture that cannot be read", NULL},
    {"overwrite", OPTION_BOOL, AT(build_settings, overwrite), 0, 0, NULL, "False", "replace a model of that name",
     NULL},
    /* Of BUILD alone: what shapes an encoder. */
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
    {"loss", OPTION_CHOICE, AT(build_settings, loss), 0, 0, loss_choices, "'ntxent'",
     "what a backbone's training makes small: SimCLR's loss, or the decoupled one, which minds small batches less",
     NULL},
    {"optimizer", OPTION_CHOICE, AT(build_settings, optimizer), 0, 0, optimizer_choices, "'adam'",
     "rule that a backbone is trained by", NULL},
    {"time_limit", OPTION_REAL, AT(build_settings, time_limit), 0, 1e9, NULL, "0 (none)",
     "seconds that training a backbone may take; what it has by then is kept", NULL},
    {"on_interrupt", OPTION_CHOICE, AT(build_settings, on_interrupt), 0, 0, on_interrupt_choices, "'stop'",
     "what an interrupt of a backbone's training leaves: nothing, or with 'keep' the best epoch so far", NULL},
};

static const struct option_row upload_rows[] = {
    {"overwrite", OPTION_BOOL, AT(upload_settings, overwrite), 0, 0, NULL, "False", "replace a model of that name",
     NULL},
    {"image_size", OPTION_INTEGER, AT(upload_settings, image_size), 0, 1024, NULL, "0 (as the network was trained)",
     "side in pixels that pictures are brought to", NULL},
};
#define FIT_ROWS 10 /* of the rows above */

static const struct option_row convert_rows[] = {
    {"table_name", OPTION_NAME, AT(convert_settings, table_name), 0, 0, NULL, "None",
     "table to write the result to; an existing one is replaced", NULL},
    {"image_col", OPTION_NAME, AT(convert_settings, image_col), 0, 0, NULL, "the column the model was built with",
     "column with the path of each picture", NULL},
    {"result_col", OPTION_NAME, AT(convert_settings, result_col), 0, 0, NULL,
     "<model>_<base> with table_name, else convert_result", "column for the vectors", NULL},
    {"column_name", OPTION_NAME, AT(convert_settings, result_col), 0, 0, NULL, "", "older spelling", "result_col"},
    {"batch_size", OPTION_INTEGER, AT(convert_settings, batch_size), 1, 65536, NULL, "1024",
     "rows embedded and written together", NULL},
    {"on_error", OPTION_CHOICE, AT(convert_settings, on_error), 0, 0, on_error_choices, "'fail'",
     "what to do with a picture that cannot be read: 'skip' gives it no vector", NULL},
};

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
    {"overwrite", OPTION_BOOL, AT(copy_settings, overwrite), 0, 0, NULL, "False", "replace a table of that name", NULL},
    {"if_exists", OPTION_CHOICE, AT(copy_settings, if_exists), 0, 0, if_exists_choices, "'fail'",
     "what to do with a table of that name", NULL},
};

static const struct option_row copy_model_rows[] = {
    {"overwrite", OPTION_BOOL, AT(copy_model_settings, overwrite), 0, 0, NULL, "False", "replace a file of that name",
     NULL},
};

static const struct option_row get_rows[] = {
    {"overwrite", OPTION_BOOL, AT(get_settings, overwrite), 0, 0, NULL, "False", "replace a dataset of that name",
     NULL},
};

const struct option_table build_options = {STATEMENT_BUILD_MODEL, "SimCLR", build_rows, COUNT(build_rows)};
const struct option_table fit_options = {STATEMENT_FIT_MODEL, NULL, build_rows, FIT_ROWS};
const struct option_table convert_options = {STATEMENT_CONVERT, NULL, convert_rows, COUNT(convert_rows)};
const struct option_table search_options = {STATEMENT_SEARCH, NULL, search_rows, COUNT(search_rows)};
const struct option_table print_options = {STATEMENT_PRINT, NULL, print_rows, COUNT(print_rows)};
const struct option_table copy_options = {STATEMENT_COPY, NULL, copy_rows, COUNT(copy_rows)};
const struct option_table copy_model_options = {STATEMENT_COPY_MODEL, NULL, copy_model_rows, COUNT(copy_model_rows)};
const struct option_table upload_options = {STATEMENT_UPLOAD_MODEL, NULL, upload_rows, COUNT(upload_rows)};
const struct option_table get_options = {STATEMENT_GET, NULL, get_rows, COUNT(get_rows)};

const struct option_table *options_table_at(size_t index) {
    static const struct option_table *const tables[] = {
        &build_options, &fit_options, &convert_options, &search_options,     &print_options,
        &copy_options,  &get_options, &upload_options,  &copy_model_options, &settings_table};
    return index < COUNT(tables) ? tables[index] : NULL;
}
