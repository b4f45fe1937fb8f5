package dev.goshawk.onnx;

import static dev.goshawk.onnx.OnnxBytes.attribute;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Convolution and pooling of rows, images and volumes. */
final class WindowCases extends CaseList {
    private static final long[] VOLUME = {2, 4, 5, 6, 7};

    WindowCases() {
        convolutions();
        deformed();
        transposed();
        largest();
        means();
        pools();
    }

    private void convolutions() {
        add("Conv of volumes", 11, Map.of("x", VOLUME, "w", new long[] {6, 4, 3, 2, 3}, "b", new long[] {6}))
                .node("Conv", List.of("x", "w", "b"), List.of("z"));
        add("Conv of volumes by groups", 11, Map.of("x", VOLUME, "w", new long[] {6, 2, 2, 3, 2}, "b", new long[] {6}))
                .node("Conv", List.of("x", "w", "b"), List.of("z"), attribute("group", 2),
                        attribute("strides", 2, 1, 3), attribute("dilations", 2, 2, 1),
                        attribute("pads", 1, 0, 2, 3, 1, 0));
        for (String auto : List.of("SAME_UPPER", "SAME_LOWER", "VALID")) {
            add("Conv of volumes " + auto, 11, Map.of("x", VOLUME, "w", new long[] {3, 4, 2, 2, 3}))
                    .node("Conv", List.of("x", "w"), List.of("z"), attribute("auto_pad", auto),
                            attribute("strides", 2, 2, 3));
            add("Conv of images " + auto, 11, Map.of("x", new long[] {2, 4, 5, 6}, "w", new long[] {3, 4, 2, 3}))
                    .node("Conv", List.of("x", "w"), List.of("z"), attribute("auto_pad", auto),
                            attribute("strides", 2, 3));
        }
        for (int groups : new int[] {1, 2, 4}) {
            add("Conv of images with gaps and strides, groups " + groups, 11,
                    Map.of("x", new long[] {2, 4, 9, 10}, "w", new long[] {8, 4 / groups, 3, 2}))
                    .node("Conv", List.of("x", "w"), List.of("z"), attribute("group", groups),
                            attribute("strides", 2, 3), attribute("dilations", 3, 2), attribute("pads", 2, 0, 1, 3));
        }
        add("Conv of rows", 11, Map.of("x", new long[] {2, 4, 9}, "w", new long[] {3, 4, 2}))
                .node("Conv", List.of("x", "w"), List.of("z"), attribute("strides", 2L),
                        attribute("dilations", 3L), attribute("pads", 1, 2));
    }

    /** Taps moved by data: by groups of channels, with shares, with gaps and strides. */
    private void deformed() {
        Map<String, long[]> inputs = Map.of("x", new long[] {2, 4, 6, 5}, "w", new long[] {6, 4, 3, 2}, "o",
                new long[] {2, 12, 6, 4});
        add("DeformConv", 19, inputs).node("DeformConv", List.of("x", "w", "o"), List.of("z"),
                attribute("pads", 1, 0, 1, 0));
        Map<String, long[]> shares = new HashMap<>(inputs);
        shares.putAll(Map.of("o", new long[] {2, 24, 6, 4}, "m", new long[] {2, 12, 6, 4}));
        add("DeformConv of two offsets", 22, shares).node("DeformConv", List.of("x", "w", "o", "", "m"), List.of("z"),
                attribute("pads", 1, 0, 1, 0), attribute("offset_group", 2));
        Map<String, long[]> groups = Map.of("x", new long[] {2, 4, 7, 6}, "w", new long[] {6, 2, 2, 2}, "o",
                new long[] {2, 8, 3, 3}, "b", new long[] {6}, "m", new long[] {2, 4, 3, 3});
        add("DeformConv by groups", 22, groups).node("DeformConv", List.of("x", "w", "o", "b", "m"), List.of("z"),
                attribute("group", 2), attribute("strides", 2, 2), attribute("dilations", 2, 1),
                attribute("pads", 0, 1, 0, 0));
    }

    private void transposed() {
        add("ConvTranspose of volumes", 11,
                Map.of("x", new long[] {2, 4, 3, 2, 3}, "w", new long[] {4, 5, 3, 2, 3}, "b", new long[] {5}))
                .node("ConvTranspose", List.of("x", "w", "b"), List.of("z"));
        add("ConvTranspose of volumes by groups", 11,
                Map.of("x", new long[] {2, 4, 3, 2, 3}, "w", new long[] {4, 3, 2, 3, 2}))
                .node("ConvTranspose", List.of("x", "w"), List.of("z"), attribute("group", 2),
                        attribute("strides", 3, 2, 1), attribute("dilations", 2, 1, 2),
                        attribute("output_padding", 2, 1, 0), attribute("pads", 1, 0, 1, 0, 1, 1));
        add("ConvTranspose of one slice", 11,
                Map.of("x", new long[] {2, 4, 3, 2, 3}, "w", new long[] {4, 3, 1, 2, 2}))
                .node("ConvTranspose", List.of("x", "w"), List.of("z"), attribute("strides", 2, 1, 1));
        for (int groups : new int[] {1, 2, 4}) {
            add("ConvTranspose of images with gaps and strides, groups " + groups, 11,
                    Map.of("x", new long[] {2, 4, 3, 4}, "w", new long[] {4, 2, 3, 2}))
                    .node("ConvTranspose", List.of("x", "w"), List.of("z"), attribute("group", groups),
                            attribute("strides", 2, 3), attribute("dilations", 3, 2), attribute("pads", 1, 0, 2, 1),
                            attribute("output_padding", 1, 2));
        }
        add("ConvTranspose of rows", 11, Map.of("x", new long[] {2, 4, 5}, "w", new long[] {4, 3, 3}))
                .node("ConvTranspose", List.of("x", "w"), List.of("z"), attribute("strides", 2L),
                        attribute("output_padding", 1L), attribute("pads", 1, 0));
        add("ConvTranspose of a given shape", 11,
                Map.of("x", new long[] {1, 2, 3, 3}, "w", new long[] {2, 3, 3, 3}))
                .node("ConvTranspose", List.of("x", "w"), List.of("z"), attribute("strides", 3, 2),
                        attribute("output_shape", 8, 7));
    }

    private void largest() {
        for (int ceil = 0; ceil < 2; ceil++) {
            add("MaxPool of volumes " + ceil, 12, VOLUME).node("MaxPool", List.of("x"), List.of("z"),
                    attribute("kernel_shape", 3, 2, 3), attribute("strides", 2, 3, 2), attribute("ceil_mode", ceil),
                    attribute("pads", 1, 0, 1, 0, 1, 1));
            add("MaxPool with gaps " + ceil, 12, 2, 3, 8, 9).node("MaxPool", List.of("x"), List.of("z"),
                    attribute("kernel_shape", 3, 2), attribute("strides", 2, 3), attribute("dilations", 2, 3),
                    attribute("ceil_mode", ceil), attribute("pads", 1, 0, 1, 1));
        }
        add("MaxPool of rows with gaps", 12, 2, 3, 9).node("MaxPool", List.of("x"), List.of("z"),
                attribute("kernel_shape", 3L), attribute("strides", 2L), attribute("dilations", 2L),
                attribute("pads", 1, 2));
        for (int columns = 0; columns < 2; columns++) {
            add("MaxPool's places " + columns, 12, 2, 3, 7, 5).node("Round", List.of("x"), List.of("r"))
                    .node("MaxPool", List.of("r"), List.of("v", "i"), attribute("kernel_shape", 3, 2),
                            attribute("strides", 2, 2), attribute("pads", 1, 0, 1, 1),
                            attribute("storage_order", columns))
                    .node("Cast", List.of("i"), List.of("z"), attribute("to", 1));
        }
        add("MaxUnpool", 11, 2, 3, 6, 4).node("MaxPool", List.of("x"), List.of("v", "i"),
                attribute("kernel_shape", 2, 2), attribute("strides", 2, 2))
                .node("MaxUnpool", List.of("v", "i"), List.of("z"), attribute("kernel_shape", 2, 2),
                        attribute("strides", 2, 2));
    }

    private void means() {
        for (int ceil = 0; ceil < 2; ceil++) {
            for (int counted = 0; counted < 2; counted++) {
                String way = " " + ceil + counted;
                byte[] up = attribute("ceil_mode", ceil);
                byte[] count = attribute("count_include_pad", counted);
                add("AveragePool of volumes" + way, 19, VOLUME).node("AveragePool", List.of("x"), List.of("z"), up,
                        count, attribute("kernel_shape", 3, 2, 3), attribute("strides", 2, 3, 2),
                        attribute("pads", 1, 0, 1, 0, 1, 1));
                add("AveragePool" + way, 19, 2, 3, 6, 7).node("AveragePool", List.of("x"), List.of("z"), up, count,
                        attribute("kernel_shape", 3, 2), attribute("strides", 2, 3),
                        attribute("pads", 1, 0, 1, 1));
                add("AveragePool with gaps" + way, 19, 2, 3, 8, 9).node("AveragePool", List.of("x"), List.of("z"), up,
                        count, attribute("kernel_shape", 3, 2), attribute("strides", 2, 3),
                        attribute("dilations", 2, 3), attribute("pads", 1, 0, 1, 1));
            }
        }
        add("LpPool with gaps", 18, 2, 3, 8, 9).node("LpPool", List.of("x"), List.of("z"),
                attribute("kernel_shape", 3, 2), attribute("strides", 2, 3), attribute("dilations", 2, 3));
        add("GlobalAveragePool of volumes", 11, VOLUME).node("GlobalAveragePool", List.of("x"), List.of("z"));
        add("GlobalMaxPool of rows", 11, 2, 3, 7).node("GlobalMaxPool", List.of("x"), List.of("z"));
    }

    private void pools() {
        for (int p = 1; p < 4; p++) {
            add("GlobalLpPool " + p, 13, 2, 3, 5, 4).node("GlobalLpPool", List.of("x"), List.of("z"),
                    attribute("p", p));
            add("LpPool " + p, 18, 2, 3, 5, 4).node("LpPool", List.of("x"), List.of("z"), attribute("p", p),
                    attribute("kernel_shape", 3, 2), attribute("strides", 2, 1), attribute("pads", 1, 0, 1, 1));
        }
        add("LpPool of rows", 11, 2, 3, 7).node("LpPool", List.of("x"), List.of("z"), attribute("kernel_shape", 3L),
                attribute("auto_pad", "SAME_LOWER"));
    }
}
