/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/engine/engine_private.h"
#include "math/kernels.h"

#include <math.h>

static bool are_finite(const float *x, size_t n)
{
    return isfinite(kernels->square_sum(x, n));
}

/* The first parameter, or the last, as backward goes, with such a number in its part of the
 * block; NULL where there is none. */
static const char *find_param(const struct trainer *t, const float *block, bool from_behind)
{
    const struct params *p = &t->graph.params;

    for (int k = 0; k < p->n; k++) {
        const struct param *item = &p->items[from_behind ? p->n - 1 - k : k];

        if (!are_finite(block + item->offset, item->size))
            return item->name;
    }
    return NULL;
}

const char *trainer_trace_weights(const struct trainer *t)
{
    return find_param(t, trainer_model(t), false);
}

/* The first node whose output of the batch is not finite, the micro-batches forward again. */
static const struct op_node *find_node(struct trainer *t, const struct trainer_data *data,
                                       const uint32_t *indices, int n, struct rng rng)
{
    struct trainer_desk *desk = &t->desks[0];
    const struct op_node *found = NULL;

    for (int first = 0; first < n && !found; first += t->micro_batch) {
        int n_piece = n - first < t->micro_batch ? n - first : t->micro_batch;
        struct graph_pass pass = trainer_pass(t, desk, data, first, n_piece);

        pass.training = true;
        pass.rng = rng;
        pass.weights = t->weights;
        trainer_forward(t, desk, data, indices, &pass, graph_output_gradient(&t->graph, &pass));
        for (int i = t->graph.signature.n; i < t->graph.n_nodes && !found; i++) {
            const struct op_node *node = &t->graph.nodes[i];

            if (!are_finite(desk->workspace + node->y, (size_t)pass.n * shape_size(node->out)))
                found = node;
        }
        desk->first = -1;
    }
    return found;
}

void trainer_trace(struct trainer *t, const struct trainer_data *data, const uint32_t *indices,
                   int n, const struct trainer_step *step, struct text *ret_text)
{
    const char *weights = find_param(t, t->weights, false);
    const struct op_node *node = find_node(t, data, indices, n, step->rng);
    const char *gradient = find_param(t, t->grads[0], true);

    if (weights)
        text_printf(ret_text, "weights \"%s\"", weights);
    else if (node)
        text_printf(ret_text, "output of layer \"%s\" (%s)", node->name, node->type->name);
    else if (gradient)
        text_printf(ret_text, "gradient of \"%s\"", gradient);
    else
        text_printf(ret_text, t->method.penalty ? "loss or penalty" : "loss");
}
