/* The numbers of the encoder's recipe in one table, each with where it comes from. What depends on the kind of pictures
 * (canvas, cells, ranges of the augmentation) is the other table, ml/image/preset.c. Numbers that only bound memory or
 * time, or guard against rounding, stand where they are used.
 *
 * "Trial": by retrieval on five sets of a thousand pictures each (MNIST, Fashion-MNIST, CIFAR-10, eight kinds of
 * scenes, photographs of clothes). "Measured": on MNIST and CIFAR-10 alone. "Not varied": taken as it is. */
#ifndef ML_RECIPE_H
#define ML_RECIPE_H

/* Gradients (Dalal and Triggs 2005) */
#define GRADIENT_BINS 12        /* directions over the full turn. Trial: 8 lose half a point, more gain none */
#define RECIPE_CELL_WIDTH .55F  /* deviation of a cell's weight, in cells: neighbours overlap smoothly. Not varied */
#define RECIPE_BLUR_SIDE .27F   /* a Gaussian of deviation about 1 pixel. Trial: photographs of 32 pixels do without */
#define RECIPE_BLUR_MIDDLE .46F /* (1 - 2 RECIPE_BLUR_SIDE) */

/* Patch dictionary (Coates, Lee and Ng 2011) */
#define DICTIONARY_ATOMS 100                 /* Trial: 200 at double density gain nothing */
#define RECIPE_CONTRAST_FLOOR (10 / 65025.F) /* added to a patch's variance: 10 grey levels squared. Coates et al. */
#define RECIPE_PATCH_FLOOR .1F               /* added to the eigenvalues of the patches. Coates et al. */
#define RECIPE_RESPONSE_LEAST .2F            /* of the cosine: keeps the responses sparse. Not varied */
#define RECIPE_PATCHES 20000                 /* that k-means learns from. Not varied */
#define RECIPE_PATCH_ROUNDS 6                /* of k-means. Not varied */
#define RECIPE_FLAT_SHARE .3F /* where more of the patches are flat, they are left out of the fit. Not varied */

/* Weights of the blocks. Trial, on CIFAR-10 and clothes: colour at full weight costs 5 points on the latter */
#define RECIPE_WEIGHT_GRADIENT 1.0F
#define RECIPE_WEIGHT_TEXTURE .7F
#define RECIPE_WEIGHT_CELLS .3F
#define RECIPE_WEIGHT_HISTOGRAM .3F

/* Components and view whitening (Bar-Hillel et al. 2005) */
#define PROJECTION_COMPONENTS 256 /* Trial: enough for every set; more only add noise */
#define WHITENING_DRAWS 4         /* augmented views of a picture, besides the original, its mirror and its shift. */
                                  /* Trial: 1 (and 8 bins) costs up to a point on MNIST */
#define RECIPE_SCATTER_FLOOR .5F  /* times the mean eigenvalue, added to each. Trial: .25 to 1 hardly differ */
#define RECIPE_SHIFT_MOST .1F     /* of the side, of the shift. Measured: one such view takes recall after a shift of */
                                  /* 8 % with a black edge from 50 to 99 %; .15, or more of them, gain nothing */

/* Contrastive training (Chen et al. 2020; with labels Khosla et al. 2020): Adam, for 64 pictures a step */
#define RECIPE_RATE_SIMCLR 2e-4F /* Not varied */
#define RECIPE_RATE_SUPCON 1e-3F /* Measured: from LDA, 2e-4 and 3e-3 end alike within chance */

/* A network's vectors with the fixed features beside them; their weights are in the table of presets */
#define RECIPE_JOINED_SIZE 128 /* components of the network's vectors. Measured: all 1,280 find no more */

/* Labels */
#define RECIPE_DAMPING .35F     /* of directions without class. Measured: .2 to .5 are alike; 0, which is plain LDA, */
                                /* costs 1 to 3 points on photographs */
#define RECIPE_VIEWS_LEAST .5F  /* part of the scatter within classes that is always that of views: 0 finds 74 % of */
                                /* photographs shifted by 8 %, .5 finds 93, for half a point of precision. Measured */
#define RECIPE_JUDGES_PART 5    /* one labelled picture of so many is kept back to judge. Not varied */
#define RECIPE_JUDGES_MOST 1000 /* of them: a score is good to about a hundredth */

#endif
