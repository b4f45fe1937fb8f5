package dev.goshawk.json;

/**
 * Jackson, which Goshawk reads and writes JSON with. On the class path it is always there. On the module path it has a descriptor of its
 * own, and Goshawk's jars, as automatic modules, cannot require it: the application does.
 */
public final class JsonModule {
    private static final String NAME = "tools.jackson.databind";
    private static final String PROBE = "tools.jackson.databind.json.JsonMapper";

    private JsonModule() {
    }

    /**
     * Call before the first use of a class that needs Jackson.
     *
     * @throws IllegalStateException if it is missing; the message says what to add
     */
    public static void require() {
        if (!isPresent(JsonModule.class.getClassLoader())) {
            throw new IllegalStateException("JSON cannot be read or written without " + NAME + ": add 'requires " + NAME
                    + ";' to the application's module-info.java, or its jar to the class path");
        }
    }

    static boolean isPresent(ClassLoader loader) {
        try {
            Class.forName(PROBE, false, loader);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
