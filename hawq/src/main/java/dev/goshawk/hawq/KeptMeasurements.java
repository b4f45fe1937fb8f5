package dev.goshawk.hawq;

import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.hawq.run.RunFolder;
import java.nio.file.Path;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What was measured of the float network: kept in the run's folder, and where several runs start from one network, for all of them. */
final class KeptMeasurements {
    private final RunFolder run;
    private final @Nullable Path common;
    private final String origin;

    /**
     * The measurements of a run.
     *
     * @param common folder of those that runs have in common, made where it is missing; null if there are none
     * @param origin everything they depend on, but for the keys
     */
    KeptMeasurements(RunFolder run, @Nullable Path common, SequencedMap<String, String> origin) {
        this.run = run;
        this.common = common;
        this.origin = new Fingerprint().addTexts(origin).text() + " ";
    }

    /** What is kept under a name, or null where there is nothing of that key. */
    <T> @Nullable T read(String name, String key, Class<T> type, Consumer<String> notes) {
        @Nullable T own = Kept.read(run.file(name), key, type, notes);
        if (own != null || common == null) {
            return own;
        }
        @Nullable T shared = Kept.read(common.resolve(name), origin + key, type, notes);
        if (shared != null) {
            Kept.write(run.file(name), key, shared);
        }
        return shared;
    }

    /** Keeps a measurement under a name. */
    void write(String name, String key, Object value) {
        Kept.write(run.file(name), key, value);
        if (common != null) {
            Kept.write(common.resolve(name), origin + key, value);
        }
    }
}
