import fc from "fast-check";

// Whether a mutant is killed must not be a matter of luck; how small its counterexample can be made interests nobody.
fc.configureGlobal({ seed: 1, endOnFailure: true });
