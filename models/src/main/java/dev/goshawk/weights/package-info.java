/**
 * Weight files. {@link dev.goshawk.weights.WeightFile} reads what PyTorch's {@code torch.save} writes (the zip format
 * and the legacy pickle format) and safetensors; {@link dev.goshawk.weights.SafetensorsFile} also writes. Files are
 * untrusted: nothing a pickle names is ever called, data other than the weights is skipped, its objects are never
 * hashed, compared or printed, and every size is held against the length of the file before memory is taken. Tensors
 * keep the layout of the file (filters OIHW); a model permutes them when it takes
 * them in.
 */
@NullMarked
package dev.goshawk.weights;

import org.jspecify.annotations.NullMarked;
