package dev.goshawk.json;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** hawq's build runs an application whose module graph lacks Jackson; here only the probe is checked. */
class JsonModuleTest {
    @Test
    void seesWhetherTheLoaderHasJackson() {
        assertTrue(JsonModule.isPresent(JsonModuleTest.class.getClassLoader()));
        assertFalse(JsonModule.isPresent(ClassLoader.getPlatformClassLoader()));
    }
}
