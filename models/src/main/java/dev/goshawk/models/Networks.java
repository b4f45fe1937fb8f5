package dev.goshawk.models;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.IntFunction;

/** The networks there are, by name. */
public final class Networks {
    private static final int CIFAR_CLASSES = 10;
    private static final int IMAGENET_CLASSES = 1000;

    private record Entry(int classes, IntFunction<Network> make) {
    }

    private static final SequencedMap<String, Entry> ENTRIES = new LinkedHashMap<>();

    static {
        for (int depth : new int[] {20, 32, 44, 56, 110}) {
            ENTRIES.put("resnet" + depth, new Entry(CIFAR_CLASSES, classes -> new CifarResNet(depth, classes)));
        }
        for (int depth : new int[] {20, 32, 44, 56, 110}) {
            ENTRIES.put("resnet" + depth + "b", new Entry(CIFAR_CLASSES,
                    classes -> new CifarResNet(depth, classes, true)));
        }
        for (int depth : new int[] {18, 34, 50, 101}) {
            ENTRIES.put("resnet" + depth, new Entry(IMAGENET_CLASSES, classes -> new ResNet(depth, classes)));
        }
        ENTRIES.put("inception_v3", new Entry(IMAGENET_CLASSES, classes -> new InceptionV3(classes, false)));
        squeezeNext("sqnxt23_w1", SqueezeNext.V1, 1);
        squeezeNext("sqnxt23_w3d2", SqueezeNext.V1, 1.5);
        squeezeNext("sqnxt23_w2", SqueezeNext.V1, 2);
        squeezeNext("sqnxt23v5_w1", SqueezeNext.V5, 1);
        squeezeNext("sqnxt23v5_w3d2", SqueezeNext.V5, 1.5);
        squeezeNext("sqnxt23v5_w2", SqueezeNext.V5, 2);
    }

    private static void squeezeNext(String name, List<Integer> units, double width) {
        ENTRIES.put(name, new Entry(IMAGENET_CLASSES, classes -> new SqueezeNext(name, units, width, classes)));
    }

    private Networks() {
    }

    /** All names. */
    public static List<String> names() {
        return List.copyOf(ENTRIES.keySet());
    }

    /**
     * A network with the number of classes of the data set it was published for.
     *
     * @throws IllegalArgumentException listing the names there are, if there is no such network
     */
    public static Network byName(String name) {
        Entry entry = entry(name);
        return entry.make.apply(entry.classes);
    }

    /** As {@link #byName(String)} with another number of classes, at least 2. */
    public static Network byName(String name, int classes) {
        if (classes < 2) {
            throw new IllegalArgumentException(name + ": expected at least 2 classes, got " + classes);
        }
        return entry(name).make.apply(classes);
    }

    private static Entry entry(String name) {
        Entry entry = ENTRIES.get(name);
        if (entry == null) {
            String known = String.join(", ", ENTRIES.keySet());
            throw new IllegalArgumentException("network: expected one of " + known + ", got '" + name + "'");
        }
        return entry;
    }
}
