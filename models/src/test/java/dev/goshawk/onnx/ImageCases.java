package dev.goshawk.onnx;

import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.floats;
import static dev.goshawk.onnx.OnnxBytes.real;

import java.util.List;
import java.util.Map;

/** Resizing and sampling of images. */
final class ImageCases extends CaseList {
    private static final long[] IMAGE = {2, 3, 5, 4};
    private static final byte[] SMALLER = floats("s", new long[] {4}, 1, 1, 0.6f, 0.75f);
    private static final byte[] MIXED = floats("s", new long[] {4}, 1, 1, 0.7f, 2.3f);
    private static final byte[] LARGER = floats("s", new long[] {4}, 1, 1, 1.7f, 3);

    ImageCases() {
        resized();
        sampled();
        patches();
    }

    private void resized() {
        List<byte[]> scales = List.of(SMALLER, MIXED, LARGER);
        for (int i = 0; i < scales.size(); i++) {
            for (String coordinates : List.of("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")) {
                for (String mode : List.of("nearest", "linear", "cubic")) {
                    add("Resize " + mode + " " + coordinates + " " + i, 19, IMAGE).initializer(scales.get(i))
                            .node("Resize", List.of("x", "", "s"), List.of("z"), attribute("mode", mode),
                                    attribute("coordinate_transformation_mode", coordinates));
                }
            }
            for (String rounding : List.of("floor", "ceil", "round_prefer_ceil")) {
                add("Resize " + rounding + " " + i, 13, IMAGE).initializer(scales.get(i)).node("Resize",
                        List.of("x", "", "s"), List.of("z"), attribute("nearest_mode", rounding));
            }
            for (String mode : List.of("linear", "cubic")) {
                add("Resize smoothly " + mode + " " + i, 19, IMAGE).initializer(scales.get(i)).node("Resize",
                        List.of("x", "", "s"), List.of("z"), attribute("mode", mode), attribute("antialias", 1));
            }
            add("Resize without the outside " + i, 13, IMAGE).initializer(scales.get(i)).node("Resize",
                    List.of("x", "", "s"), List.of("z"), attribute("mode", "cubic"), attribute("exclude_outside", 1),
                    real("cubic_coeff_a", -0.5f));
        }
        for (String mode : List.of("nearest", "linear", "cubic")) {
            add("Resize to a size " + mode, 13, IMAGE).initializer(whole("n", 2, 3, 7, 3)).node("Resize",
                    List.of("x", "", "", "n"), List.of("z"), attribute("mode", mode));
            add("Resize a part " + mode, 13, IMAGE).initializer(LARGER)
                    .initializer(floats("r", new long[] {8}, 0, 0, 0.2f, 0.4f, 1, 1, 0.8f, 1.3f))
                    .node("Resize", List.of("x", "r", "s"), List.of("z"), attribute("mode", mode),
                            attribute("coordinate_transformation_mode", "tf_crop_and_resize"),
                            real("extrapolation_value", 7));
        }
        for (String policy : List.of("stretch", "not_larger", "not_smaller")) {
            add("Resize " + policy, 18, IMAGE).initializer(whole("n", 6, 7)).node("Resize",
                    List.of("x", "", "", "n"), List.of("z"), attribute("mode", "linear"), attribute("axes", 3, 2),
                    attribute("keep_aspect_ratio_policy", policy));
        }
        add("Resize of symmetric halves", 19, IMAGE).initializer(MIXED).node("Resize", List.of("x", "", "s"),
                List.of("z"), attribute("mode", "linear"),
                attribute("coordinate_transformation_mode", "half_pixel_symmetric"));
        add("Resize to neighbors", 11, IMAGE).initializer(MIXED).initializer(floats("r", new long[] {0}))
                .node("Resize", List.of("x", "r", "s"), List.of("z"), attribute("nearest_mode", "floor"),
                        attribute("coordinate_transformation_mode", "tf_half_pixel_for_nn"));
        add("Resize of old", 10, IMAGE).initializer(MIXED).node("Resize", List.of("x", "s"), List.of("z"));
        for (String mode : List.of("nearest", "linear")) {
            add("Upsample " + mode, 9, IMAGE).initializer(LARGER).node("Upsample", List.of("x", "s"), List.of("z"),
                    attribute("mode", mode));
        }
    }

    private void sampled() {
        for (String mode : List.of("nearest", "linear", "cubic")) {
            for (String beyond : List.of("zeros", "border", "reflection")) {
                for (int corners = 0; corners < 2; corners++) {
                    add("GridSample " + mode + " " + beyond + " " + corners, 20,
                            Map.of("x", IMAGE, "g", new long[] {2, 3, 7, 2}))
                            .node("GridSample", List.of("x", "g"), List.of("z"), attribute("mode", mode),
                                    attribute("padding_mode", beyond), attribute("align_corners", corners));
                }
            }
        }
        add("GridSample of volumes", 20, Map.of("x", new long[] {2, 3, 4, 3, 5}, "g", new long[] {2, 3, 2, 2, 3}))
                .node("GridSample", List.of("x", "g"), List.of("z"));
        add("AffineGrid of a column", 20, Map.of("x", new long[] {2, 2, 3})).initializer(whole("n", 2, 3, 4, 1))
                .node("AffineGrid", List.of("x", "n"), List.of("z"), attribute("align_corners", 1));
        for (int corners = 0; corners < 2; corners++) {
            add("AffineGrid " + corners, 20, Map.of("x", new long[] {2, 2, 3})).initializer(whole("n", 2, 3, 4, 5))
                    .node("AffineGrid", List.of("x", "n"), List.of("z"), attribute("align_corners", corners));
            add("AffineGrid of volumes " + corners, 20, Map.of("x", new long[] {2, 3, 4}))
                    .initializer(whole("n", 2, 3, 4, 5, 2))
                    .node("AffineGrid", List.of("x", "n"), List.of("z"), attribute("align_corners", corners));
        }
    }

    private void patches() {
        // The last is empty.
        byte[] regions = floats("r", new long[] {4, 4}, 0.3f, 0.2f, 3.1f, 4.2f, -2, 1, 2.5f, 9, 1, 1, 1.4f, 1.2f, 2, 3,
                2, 3);
        for (int samples = 0; samples < 6; samples++) {
            String pooling = samples < 3 ? "avg" : "max";
            for (String mode : List.of("half_pixel", "output_half_pixel")) {
                add("RoiAlign " + pooling + " " + mode + " " + samples % 3, 16, IMAGE).initializer(regions)
                        .initializer(whole("n", 1, 0, 1, 0)).node("RoiAlign", List.of("x", "r", "n"), List.of("z"),
                                attribute("output_height", 2), attribute("output_width", 3),
                                attribute("sampling_ratio", samples % 3), attribute("mode", pooling),
                                real("spatial_scale", 0.9f),
                                attribute("coordinate_transformation_mode", mode));
            }
        }
        add("RoiAlign of nothing", 16, IMAGE).initializer(floats("r", new long[] {0, 4}))
                .initializer(whole("n")).node("RoiAlign", List.of("x", "r", "n"), List.of("a"))
                .node("ReduceSum", List.of("a"), List.of("s")).node("ReduceSum", List.of("x"), List.of("t"))
                .node("Add", List.of("s", "t"), List.of("z"));
        add("Col2Im", 18, 2, 3 * 6, 9).initializer(whole("i", 5, 4)).initializer(whole("b", 2, 3))
                .node("Col2Im", List.of("x", "i", "b"), List.of("z"), attribute("strides", 2, 1),
                        attribute("pads", 1, 0, 0, 1));
        add("Col2Im with gaps", 18, 2, 3 * 6, 4).initializer(whole("i", 4, 6)).initializer(whole("b", 2, 3))
                .node("Col2Im", List.of("x", "i", "b"), List.of("z"), attribute("dilations", 2, 2));
        add("CenterCropPad", 18, 5, 4, 3).initializer(whole("n", 2, 7, 6)).node("CenterCropPad", List.of("x", "n"),
                List.of("z"));
        add("CenterCropPad of axes", 18, 5, 4, 3).initializer(whole("n", 6, 1)).node("CenterCropPad",
                List.of("x", "n"), List.of("z"), attribute("axes", -1, 1));
    }
}
