/** What the reference's servers call themselves, whatever they serve. */
export const serverName = "MCP Plugin Server";
