package dev.goshawk.cpu.reference;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.BackendProvider;
import dev.goshawk.backend.Workers;
import java.util.Optional;

/** Offers the reference backend: usable everywhere, chosen last. */
public final class ReferenceBackendProvider implements BackendProvider {
    @Override
    public String name() {
        return "reference";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Optional<String> unusableReason() {
        return Optional.empty();
    }

    @Override
    public Backend create(Workers workers) {
        return new ReferenceBackend();
    }
}
