export const dashboard = async () => ({});
