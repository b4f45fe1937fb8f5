package dev.goshawk.onnx;

import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import java.util.List;

/**
 * The images that a file takes.
 *
 * @param channels 3, or 1
 * @param channelsLast whether they are [batch, height, width, channels], not [batch, channels, height, width]
 * @param side in pixels, or -1 where the file leaves it open
 */
record ImageInput(int channels, boolean channelsLast, int side) {
    private static final int COLOURS = 3;

    /** @throws OnnxException in one line, if the file has other inputs than one of images */
    static ImageInput of(OnnxModel model) {
        List<OnnxModel.Input> found = model.inputs();
        if (found.size() != 1) {
            throw new OnnxException(model.source() + ": expected one input, the images; it has " + found.size()
                    + " (" + String.join(", ", found.stream().map(OnnxModel.Input::name).limit(4).toList()) + ")");
        }
        OnnxModel.Input images = found.getFirst();
        List<Integer> d = images.dims();
        if (d.size() == 4 && !images.kind().isInteger()) {
            for (int channels : new int[] {COLOURS, 1}) {
                for (int axis : new int[] {1, 3}) {
                    if (d.get(axis) == channels) {
                        return new ImageInput(channels, axis == 3, side(model, images, axis == 3 ? 1 : 2));
                    }
                }
            }
            if (d.get(1) < 0) {
                return new ImageInput(isFilteredGray(model, images.name()) ? 1 : COLOURS, false,
                        side(model, images, 2));
            }
        }
        throw new OnnxException(model.source() + ": input " + OnnxException.quoted(images.name())
                + ": expected floating images [batch, 3, height, width] or [batch, 1, height, width], got "
                + images.kind() + d);
    }

    private static int side(OnnxModel model, OnnxModel.Input images, int axis) {
        int height = images.dims().get(axis);
        int width = images.dims().get(axis + 1);
        if (height > 0 && width > 0 && height != width) {
            throw new OnnxException(model.source() + ": input " + OnnxException.quoted(images.name())
                    + ": expected square images, got " + height + "x" + width);
        }
        return Math.max(height, width);
    }

    /** Whether the input goes into a convolution of one channel. */
    private static boolean isFilteredGray(OnnxModel model, String input) {
        for (OnnxNode node : model.nodes()) {
            if ("Conv".equals(node.operator()) && node.inputs().size() > 1 && node.inputs().getFirst().equals(input)) {
                ConstantArray filter = model.initializers().get(node.inputs().get(1));
                return filter != null && filter.shape().rank() == 4 && filter.shape().dim(1) == 1
                        && node.whole("group", 1) == 1;
            }
        }
        return false;
    }
}
