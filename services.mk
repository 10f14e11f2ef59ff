# The servers that tests talk to (`services`) and that a person looks at (`stack`).
SERVICES := $(PYTHON) -m tools.services

.PHONY: services services-stop services-status stack stack-down stack-status

services: ## install, build and start what the integration tests talk to
	@$(SERVICES) up services

services-stop: ## end what `make services` started
	@$(SERVICES) down services

services-status:
	@$(SERVICES) status services

stack: ## the topology of docker-compose.yml as native processes, on the usual ports
	@$(SERVICES) up stack

stack-down: ## end what `make stack` started; its data stays
	@$(SERVICES) down stack

stack-status:
	@$(SERVICES) status stack
