// Shows the API contract in the vendored Swagger UI.
window.SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#reference", deepLinking: true });
