/* A network's training at the end of an epoch, as a file: weights, those of the best epoch, the optimizer's moments and
 * place in its schedule. What is drawn at random follows from seed and epoch, so a training that goes on from there
 * ends with the same bytes as one that was never cut short. For net_training.c and encoder.c. */
#ifndef ML_MODEL_CHECKPOINT_H
#define ML_MODEL_CHECKPOINT_H

#include "ml/model/net_training.h"

/* Which training this is, into t->identity: a digest of options, labels, the waiting pictures and `views`, which are
 * drawn from some of them and so tell of everything that shapes them; and one of the weights that it begins with. */
enum err_code checkpoint_identify(struct net_training *t, const float *views, size_t count, struct err *e);

/* Go on from the file that t's options name, or from where it was put aside, if it is of this training; or, where a
 * model is tuned, from its checkpoint, if that is of the same pictures and options, whatever it began with. False: from
 * the beginning, and all of *t is as it was, but that the report tells of files that were of no use. */
bool checkpoint_resume(struct net_training *t);

/* Keep the epoch that is over, unless the last file is so young that keeping would take more than a twentieth of the
 * time. A file of another training is put aside, not replaced. A failure ends no training: it is told in the report. */
void checkpoint_keep(struct net_training *t);

/* Bytes of a file, and of the memory to write it. */
size_t checkpoint_bytes(const struct net *net, const struct optimizer_rule *rule);

#endif
