// Shows the API contract in the vendored Swagger UI, which puts itself on the window.
/** @type {any} */ (window).SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#reference", deepLinking: true });
