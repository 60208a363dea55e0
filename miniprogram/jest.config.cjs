/** Tests of the compiled WeChat output, without WeChat: its own compilers, and pages that render and act in a simulation. */
module.exports = { testEnvironment: "jsdom", testMatch: ["<rootDir>/tests/*.test.cjs"], testTimeout: 60000 };
