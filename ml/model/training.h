/* The stages of training, in their order, over one struct. For encoder.c, training.c, supervised.c and appraisal.c. */
#ifndef ML_MODEL_TRAINING_H
#define ML_MODEL_TRAINING_H

#include "ml/model/encoder_parts.h"
#include "ml/model/held_back.h"
#include "ml/model/labels.h"

struct training {
    const struct encoder_options *options;
    struct encoder *m;
    bool tuning; /* m is whole already */
    struct gallery gallery;
    struct held_back held;
    struct labels labels; /* empty where there are none, or none of use */
    float *x;             /* components of the gallery's pictures */
    float *scatter;       /* of views within pictures, (components, components); NULL: no views */
    struct dense start;   /* the layer that epochs or labels began from */
    struct encoder_report report;
    struct pace pace;
    double stage_began;
};

/* All of it. Releases nothing but leaves all in *t, for training_release. */
enum err_code training_run(struct training *t, const struct ml_source *source, struct err *e);
void training_release(struct training *t); /* not the encoder */

/* Pictures a step, and the step size where the options ask for none. */
size_t training_batch(const struct training *t);
float training_rate(const struct training *t, float at_64);

/* The layer from labels: LDA or SupCon, whichever is better on rows kept back, or neither. */
enum err_code supervised_learn(struct training *t, struct err *e);

/* Losses of the epochs into the report. */
void appraisal_losses(struct encoder_report *r, const float *losses, int epochs);

/* Figures of the report that look at pixels, stem and start; then those of the encoder as it is. */
enum err_code appraisal_before(struct training *t, struct err *e);
enum err_code appraisal_after(struct training *t, struct err *e);

#endif
