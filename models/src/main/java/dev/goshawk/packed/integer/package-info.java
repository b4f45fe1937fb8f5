/**
 * Networks computed in integers alone, as HAWQ-V3 does (Yao et al., ICML 2021, arXiv 2011.10680): whole numbers from the codes of activations to the logits,
 * rescaled by dyadic numbers m / 2^n. Results have the same bits on every machine.
 */
@org.jspecify.annotations.NullMarked
package dev.goshawk.packed.integer;
