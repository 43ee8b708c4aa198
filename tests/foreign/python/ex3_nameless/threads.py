# Its farewells do not tell whose they are, and other lines do.
import random
import threading
import time


def greet(number):
    print(f"Hi, I'm thread {number}")
    pause = random.uniform(0.3, 2)
    print(f"Thread {number} sleeps for {pause:.2f} seconds")
    time.sleep(pause)
    print("See you!")


print("Three threads:")
threads = [threading.Thread(target=greet, args=(number,)) for number in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("All threads finished")
