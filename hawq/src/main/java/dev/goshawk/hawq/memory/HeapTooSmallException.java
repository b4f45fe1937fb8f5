package dev.goshawk.hawq.memory;

import dev.goshawk.hawq.setting.NamesSettings;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.setting.SettingNames;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A computation whose planned memory the heap does not have; nothing was taken. */
public final class HeapTooSmallException extends RuntimeException implements NamesSettings {
    private static final long serialVersionUID = 1;

    private final String what;
    private final long wanted;
    private final long limit;
    private final @Nullable Setting images;
    /** 0 for none. */
    private final int fitting;

    /**
     * A refusal.
     *
     * @param what the computation, in the plural, such as {@code training of resnet20: batches of 128}
     * @param wanted bytes it needs
     * @param limit bytes there are
     * @param images the setting that says how many images are computed at once
     * @param fitting how many would fit, empty where not even one would
     */
    public HeapTooSmallException(String what, long wanted, long limit, Setting images, OptionalInt fitting) {
        super(message(what, wanted, limit, images, fitting.orElse(0), SettingNames.PLAIN));
        this.what = what;
        this.wanted = wanted;
        this.limit = limit;
        this.images = images;
        this.fitting = fitting.orElse(0);
    }

    /**
     * A refusal of what does not depend on a number of images.
     *
     * @param what takes the memory, in the plural
     * @param wanted bytes it needs
     * @param limit bytes there are
     */
    public HeapTooSmallException(String what, long wanted, long limit) {
        super(message(what, wanted, limit, null, 0, SettingNames.PLAIN));
        this.what = what;
        this.wanted = wanted;
        this.limit = limit;
        this.images = null;
        this.fitting = 0;
    }

    /**
     * Passes if everything fits, and otherwise names what needs most: a heap that is large enough for that is enough for all.
     *
     * @param checks each throws where something does not fit
     * @throws HeapTooSmallException of the one that wants most
     */
    public static void requireAll(List<Runnable> checks) {
        @Nullable HeapTooSmallException largest = null;
        for (Runnable check : checks) {
            try {
                check.run();
            } catch (HeapTooSmallException e) {
                if (largest == null || e.wanted > largest.wanted) {
                    largest = e;
                }
            } catch (OutOfMemoryError e) {
                // Planning takes memory as well: what is known by then is more use than that.
                if (largest == null) {
                    throw e;
                }
                break;
            }
        }
        if (largest != null) {
            throw largest;
        }
    }

    /** Bytes that the computation needs. */
    public long wantedBytes() {
        return wanted;
    }

    /** Bytes that there are for it. */
    public long limitBytes() {
        return limit;
    }

    /** The setting that says how many images are computed at once, or null where none would help. */
    public @Nullable Setting images() {
        return images;
    }

    /** How many images at once would fit, empty where not even one would. */
    public OptionalInt fitting() {
        return fitting == 0 ? OptionalInt.empty() : OptionalInt.of(fitting);
    }

    @Override
    public String message(SettingNames names) {
        return message(what, wanted, limit, images, fitting, names);
    }

    private static String message(String what, long wanted, long limit, @Nullable Setting images, int fitting,
            SettingNames names) {
        return what + " need " + Heap.text(wanted) + ", the heap has " + Heap.text(limit) + " for them: "
                + (images == null
                        ? "use"
                        : fitting == 0
                                ? "no " + images.words() + " would fit; use"
                                : names.of(images) + " " + fitting + " would fit, or")
                + " a larger heap (" + names.of(Setting.HEAP) + Math.ceilDiv(wanted * 3 / 2, 1L << 30) + "g)";
    }
}
