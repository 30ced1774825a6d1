/* One row a name. Names are compared to the letter where BUILD reads them (documented from D4 on) and without case
 * where somebody has misspelt them. */
#include "lang/exec/bases.h"

#include "base/suggest.h"
#include "lang/exec/context.h"

#include <string.h>
#include <strings.h>

#define CLASSES                                                                                           \
    "BUILD MODEL … USING SimCLR OPTIONS (label_col='…') learns from labels; after CONVERT, FUNCTION " \
    "compute.similarity gives each picture the label of its nearest"
#define ONLY_PICTURES "models are built of pictures in this version: BUILD MODEL … USING SimCLR"
#define BY_PICTURES "SimCLR finds pictures by pictures: SEARCH IMAGE images='file' USING model AS SELECT …"

static const struct base rows[] = {
    {"SimCLR", "simclr", "turns pictures into vectors",
     "BUILD MODEL simclr USING SimCLR … trains one on your own pictures; GET THANOSQL MODEL efficientnet_lite0 OPTIONS "
     "(model_name='simclr') brings other weights, learnt on photographs",
     BASE_TRAINED},
    {"Color_Descriptor", "", "turns pictures into histograms of their colours",
     "CONVERT USING Color_Descriptor AS SELECT …, with no BUILD before it", BASE_FIXED},
    {"ConvNeXt_Tiny", "", "tells the class of a picture", CLASSES, BASE_UNBUILT},
    {"ConvNeXt_Base", "", "tells the class of a picture", CLASSES, BASE_UNBUILT},
    {"EfficientNetV2S", "", "tells the class of a picture", CLASSES, BASE_UNBUILT},
    {"EfficientNetV2M", "", "tells the class of a picture", CLASSES, BASE_UNBUILT},
    {"EfficientV2M", "", "tells the class of a picture", CLASSES, BASE_UNBUILT}, /* as lists of the docs spell it */
    {"CLIP", "clip", "finds pictures by words", BY_PICTURES, BASE_UNBUILT},
    {"CLIPEn", "clip_en tutorial_search_clip", "finds pictures by words", BY_PICTURES, BASE_UNBUILT},
    {"XCLIP", "xclip", "finds videos by words", BY_PICTURES, BASE_UNBUILT},
    {"ViLT", "vilt", "answers questions on a picture", BY_PICTURES, BASE_UNBUILT},
    {"VQA", "vqa", "answers questions on a picture", BY_PICTURES, BASE_UNBUILT},
    {"AlbertKo", "", "tells the class of a text", ONLY_PICTURES, BASE_UNBUILT},
    {"AlbertEn", "", "tells the class of a text", ONLY_PICTURES, BASE_UNBUILT},
    {"ElectraKo", "", "tells the class of a text", ONLY_PICTURES, BASE_UNBUILT},
    {"ElectraEn", "electra", "tells the class of a text", ONLY_PICTURES, BASE_UNBUILT},
    {"SBERTKo", "sbert_ko", "turns texts into vectors", ONLY_PICTURES, BASE_UNBUILT},
    {"SBERTEn", "sbert_en", "turns texts into vectors", ONLY_PICTURES, BASE_UNBUILT},
    {"Wav2Vec2Ko", "", "writes down what is spoken", ONLY_PICTURES, BASE_UNBUILT},
    {"Wav2Vec2En", "wav2vec2", "writes down what is spoken", ONLY_PICTURES, BASE_UNBUILT},
    {"Whisper", "whisper_s whisper_l", "writes down what is spoken", ONLY_PICTURES, BASE_UNBUILT},
    {"AutomlClassifier", "", "tells the class of a table's row", ONLY_PICTURES, BASE_UNBUILT},
    {"AutomlRegressor", "", "tells a number for a table's row", ONLY_PICTURES, BASE_UNBUILT},
    {"TFT", "", "forecasts a series", ONLY_PICTURES, BASE_UNBUILT},
    {"Light_FM", "", "recommends items to users", ONLY_PICTURES, BASE_UNBUILT},
    {"GPT", "", "writes texts", ONLY_PICTURES, BASE_UNBUILT},
};
enum { ROWS = sizeof rows / sizeof *rows };

const struct base *bases_at(size_t index) {
    return index < ROWS ? &rows[index] : NULL;
}

static bool has_ready(const struct base *b, const char *name) {
    size_t len = strlen(name);
    for (const char *at = b->ready; *at; at += strcspn(at, " "), at += strspn(at, " ")) {
        if (strcspn(at, " ") == len && strncasecmp(at, name, len) == 0) {
            return true;
        }
    }
    return false;
}

const struct base *bases_find(const char *name) {
    for (size_t i = 0; i < ROWS; i++) {
        if (strcasecmp(rows[i].name, name) == 0 || has_ready(&rows[i], name)) {
            return &rows[i];
        }
    }
    return NULL;
}

enum err_code bases_check(const struct name *name, struct err *e) {
    const struct base *b = bases_find(name->text);
    struct suggest near;
    if (b && b->state == BASE_TRAINED && strcmp(b->name, name->text) == 0) {
        return ERR_OK;
    }
    if (b && b->state != BASE_TRAINED) {
        err_set(e, ERR_UNSUPPORTED, "base model %s is known (it %s), but %s", b->name, b->does,
                b->state == BASE_FIXED ? "has nothing to learn" : "not built yet");
        err_hint(e, "%s", b->instead);
        return context_at(e, name->span);
    }
    suggest_begin(&near, name->text);
    for (size_t i = 0; i < ROWS; i++) {
        suggest_offer(&near, rows[i].name);
    }
    b = near.best[0] ? bases_find(near.best) : NULL;
    err_set(e, ERR_NOT_FOUND, "there is no base model named '%s'", name->text);
    if (b) {
        err_hint(e,
                 b->state == BASE_TRAINED
                     ? "did you mean %s? Base models are written exactly so"
                     : "did you mean %s? It is known, but BUILD does not train it; SimCLR is available",
                 b->name);
    }
    err_hint(e, "SimCLR is available");
    return context_at(e, name->span);
}

enum err_code bases_missing(const struct name *name, struct err *e) {
    const struct base *b = bases_find(name->text);
    if (!b) {
        return ERR_OK;
    }
    err_set(e, ERR_NOT_FOUND, "there is no model named '%s': %s %s, and %s", name->text, b->name, b->does,
            b->state == BASE_TRAINED ? "none of that name is stored" : "is not built yet");
    err_hint(e, "%s", b->instead);
    return context_at(e, name->span);
}

enum err_code bases_not_to_be_had(const struct name *name, struct err *e) {
    const struct base *b = bases_find(name->text);
    if (!b) {
        return ERR_OK;
    }
    if (b->state == BASE_FIXED) {
        err_set(e, ERR_NOT_FOUND, "%s has no weights, and needs none", b->name);
    } else {
        err_set(e, ERR_NOT_FOUND, "the weights of %s (it %s) are not to be had: they are gone with the service",
                name->text, b->does);
    }
    err_hint(e, "%s", b->instead);
    return context_at(e, name->span);
}
