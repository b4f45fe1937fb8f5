package dev.goshawk.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a backend: the one forced by name (system property {@code goshawk.backend}), else the usable one of highest priority.
 * Threads: system property {@code goshawk.threads}, else one per processor. JVM options that would make the chosen one faster are named
 * once, at level INFO.
 */
public final class Backends {
    private static final System.Logger LOG = System.getLogger(Backends.class.getName());
    private static final Set<String> ADVISED = ConcurrentHashMap.newKeySet();
    private static @Nullable Backend kept;
    private static final Set<String> MISSED = ConcurrentHashMap.newKeySet();
    /** The providers of Goshawk's own jars: a fat jar may hold their classes and yet not name them as services. */
    private static final List<String> SHIPPED = List.of("dev.goshawk.cpu.VectorBackendProvider",
            "dev.goshawk.cpu.reference.ReferenceBackendProvider", "dev.goshawk.cuda.CudaBackendProvider");

    private Backends() {
    }

    /**
     * Every registered provider, highest priority first. A provider of Goshawk's own whose class is there without being registered
     * is named in a warning, once.
     */
    public static List<BackendProvider> providers() {
        ClassLoader loader = Backends.class.getClassLoader();
        List<BackendProvider> found = new ArrayList<>();
        ServiceLoader.load(BackendProvider.class, loader).forEach(found::add);
        found.sort(Comparator.comparingInt(BackendProvider::priority).reversed());
        for (String lost : unregistered(found.stream().map(p -> p.getClass().getName()).toList(), loader)) {
            if (MISSED.add(lost)) {
                LOG.log(System.Logger.Level.WARNING, lost
                        + " is on the class path but not registered, so its backend is not"
                        + " offered: a fat jar needs its META-INF/services files merged (ServicesResourceTransformer of the"
                        + " maven-shade-plugin)");
            }
        }
        return found;
    }

    /** Shipped providers whose classes can be found but which are not among the registered ones. */
    static List<String> unregistered(List<String> registered, ClassLoader loader) {
        return SHIPPED.stream().filter(name -> !registered.contains(name)
                && loader.getResource(name.replace('.', '/') + ".class") != null).toList();
    }

    /**
     * The default backend on the default threads; one is made and kept.
     *
     * @throws IllegalArgumentException if a system property asks for what there is not; it may be set right and this called again
     */
    public static synchronized Backend defaultBackend() {
        // Not in a class of its own: a wrong property would break its initializer for the life of the process.
        if (kept == null) {
            kept = select(ThreadPool.ofThreads(defaultThreads()));
        }
        return kept;
    }

    /** The backend forced by the system property or, if unset, the best usable one. */
    public static Backend select(Workers workers) {
        return select(System.getProperty("goshawk.backend"), workers);
    }

    /**
     * A backend by name, or the best usable one for {@code null}. If a better one is not usable, one line says
     * why.
     *
     * @throws IllegalArgumentException if the name is unknown or that backend is not usable here
     */
    public static Backend select(@Nullable String name, Workers workers) {
        for (BackendProvider p : providers()) {
            if (name != null && !p.name().equals(name)) {
                continue;
            }
            String reason = p.unusableReason().orElse(null);
            if (reason == null) {
                return create(p, workers);
            }
            if (name != null || p.isAskedFor()) {
                throw new IllegalArgumentException("backend '" + p.name() + "' is not usable: " + reason);
            }
            LOG.log(p.isOptional() ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                    "backend " + p.name() + " is not usable: " + reason);
        }
        throw new IllegalArgumentException("backend '" + (name == null ? "(any)" : name) + "': expected one of "
                + providers().stream().map(BackendProvider::name).toList());
    }

    private static Backend create(BackendProvider provider, Workers workers) {
        if (ADVISED.add(provider.name()) && LOG.isLoggable(System.Logger.Level.INFO)) {
            // Asking the JVM for its options takes a tenth of a second, which nobody should wait for.
            Thread.ofPlatform().daemon().name("goshawk-advice").start(() -> provider.advice()
                    .ifPresent(a -> LOG.log(System.Logger.Level.INFO, "backend " + provider.name() + ": " + a)));
        }
        return provider.create(workers);
    }

    /** Threads from {@code goshawk.threads}, else the number of processors. */
    public static int defaultThreads() {
        String set = System.getProperty("goshawk.threads");
        if (set == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            int n = Integer.parseInt(set);
            if (n >= 1) {
                return n;
            }
        } catch (NumberFormatException e) {
            LOG.log(System.Logger.Level.DEBUG, "goshawk.threads", e);
        }
        throw new IllegalArgumentException("goshawk.threads: expected a number of at least 1, got '" + set + "'");
    }
}
