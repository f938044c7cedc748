ROUTERS = []
