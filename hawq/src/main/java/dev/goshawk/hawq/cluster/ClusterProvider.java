package dev.goshawk.hawq.cluster;

import dev.goshawk.backend.Backend;
import java.util.Optional;
import java.util.ServiceLoader;

/** Offers a kind of cluster; found by {@link ServiceLoader}. */
public interface ClusterProvider {
    /** The kind, such as {@code spark}. */
    String name();

    /**
     * Checks an address without going there.
     *
     * @throws IllegalArgumentException in one line, if it cannot be one
     */
    void check(String master);

    /**
     * Goes there and waits for machines.
     *
     * @param master the address
     * @param partitions into how many shards samples are divided, 0 for twice the number of processor cores there
     * @param backend what this process computes with, and every machine is to
     * @throws ClusterException in one line, if nobody answers or no machine comes
     */
    Cluster connect(String master, int partitions, Backend backend);

    /** The provider of a kind; empty if it is not on the class path. */
    static Optional<ClusterProvider> find(String name) {
        return ServiceLoader.load(ClusterProvider.class, ClusterProvider.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get).filter(p -> p.name().equals(name)).findFirst();
    }
}
