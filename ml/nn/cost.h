/* What a network costs in arithmetic, and what this machine does of it in a second. */
#ifndef ML_NN_COST_H
#define ML_NN_COST_H

#include "ml/nn/net.h"

/* Multiply-adds of the convolutions for one picture forward; the way back takes twice that. */
double cost_multiply_adds(const struct net *n);

/* Multiply-adds a second of one core in the inner loop of convolution alone: the best of some tries, in all 2 ms. */
double cost_rate(void);

/* About how long this machine trains a network on so many pictures, views counted one by one. */
double cost_seconds(const struct net *n, double pictures);

#endif
